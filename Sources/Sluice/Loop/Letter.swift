/// What lies in a mailbox.
enum Letter: Sendable {
  /// Something to do with the base.
  case call(@Sendable (EventBase) -> Void)
  /// The same, by somebody who waits for it: opened with nil where there is no base any more.
  case request(@Sendable (EventBase?) -> Void)
  /// A piece of a task or an actor that lives on a loop's thread.
  case job(UnownedJob, LoopThread)

  func open(on base: EventBase) {
    switch self {
    case .call(let body): body(base)
    case .request(let body): body(base)
    case .job(let job, let thread): thread.run(job)
    }
  }

  /// Nobody will open it. A call is let go of; a request is told; a job runs where no loop is needed.
  func refuse() {
    switch self {
    case .call: break
    case .request(let body): body(nil)
    case .job(let job, let thread): thread.core.leftovers.add(job, for: thread)
    }
  }
}
