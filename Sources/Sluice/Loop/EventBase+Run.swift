extension EventBase {
  /// Deferred entries that run before mail, timers and descriptors are looked at again.
  private static let batch = 256

  /// What ends a run, besides `stop()`.
  private enum Goal {
    case nothingLeft
    case idle(steps: Int)
    case instant(Int64)
    case stop
  }

  /// Runs the loop until nothing is left to do: nothing deferred, no timer armed, no mail, no descriptor. Then it returns;
  /// idle pairs keep no loop alive. With a virtual clock, time jumps from timer to timer. libevent: `event_base_dispatch`.
  ///
  /// - Throws: `EventBaseError` where the loop is running already, or the system cannot wait.
  public func run() throws(EventBaseError) { try run(.nothingLeft) }

  /// Runs everything that is due now, and what becomes due through it, without waiting and without moving a virtual clock.
  /// libevent: `event_base_loop(EVLOOP_NONBLOCK)`, until it does nothing.
  ///
  /// - Parameter maximumSteps: how many callbacks may run before this gives up, so that a test of two ends that answer each
  ///   other for ever fails instead of hanging.
  /// - Throws: `EventBaseError.stillBusy` after `maximumSteps`, and as `run()`.
  public func runUntilIdle(maximumSteps: Int = .max) throws(EventBaseError) { try run(.idle(steps: maximumSteps)) }

  /// Runs the loop until its clock reaches `instant`; a monotonic clock waits for it, a virtual one jumps there from timer to
  /// timer. Timers due at `instant` fire, and what they cause is done. libevent: `event_base_loopexit`.
  ///
  /// - Throws: as `run()`.
  public func run(until instant: Instant) throws(EventBaseError) { try run(.instant(instant.nanoseconds)) }

  /// Runs the loop for `duration` from now, as `run(until:)`.
  ///
  /// - Throws: as `run()`.
  public func run(for duration: Duration) throws(EventBaseError) { try run(until: now.advanced(by: duration)) }

  /// Runs the loop until `stop()`, waiting for mail while nothing is due. This is what a loop thread does.
  /// libevent: `event_base_loop(EVLOOP_NO_EXIT_ON_EMPTY)`.
  ///
  /// - Throws: as `run()`.
  public func runUntilStopped() throws(EventBaseError) { try run(.stop) }

  private func run(_ goal: Goal) throws(EventBaseError) {
    guard !isRunning else { throw .alreadyRunning }
    if case .stop = goal { _ = handle }
    isRunning = true
    stopRequested = false
    defer {
      emptyRetired()
      isRunning = false
      isTimeFresh = false
    }
    var steps = 0
    while true {
      isTimeFresh = false
      deliverMail()
      if !timers.isEmpty { steps += fireDueTimers() }
      steps += runDeferred()
      if stopRequested { return }
      // Descriptors get their turn however much deferred work there is.
      if !watchList.isEmpty, !queue.isEmpty { try poll(nanoseconds: 0) }
      if case .idle(let limit) = goal, steps >= limit, hasDueWork { throw .stillBusy(steps: steps) }
      if hasDueWork { continue }
      guard try goOn(towards: goal) else { return }
    }
  }

  /// Runs a batch of the queue. No system call, and no look at the clock.
  private func runDeferred() -> Int {
    var ran = 0
    while ran < Self.batch, !stopRequested, let work = queue.takeFirst() {
      work.run()
      ran &+= 1
      if !retired.isEmpty { emptyRetired() }
    }
    return ran
  }

  /// Lets go of what callbacks let go of, now that they have returned.
  private func emptyRetired() {
    while !retired.isEmpty {
      let gone = retired
      retired = []
      _ = consume gone
    }
  }

  private func fireDueTimers() -> Int {
    let now = currentTime()
    // A timer that arms itself anew for now waits for the next round: I/O and deferred work come in between.
    let sequence = timers.nextSequence
    var fired = 0
    while !stopRequested, let (timer, deadline) = timers.takeDue(at: now, armedBefore: sequence) {
      timer.rearm(due: deadline, now: now)
      timer.action()
      fired += 1
      if !retired.isEmpty { emptyRetired() }
    }
    return fired
  }

  private var hasDueWork: Bool {
    if !queue.isEmpty || mailbox?.hasMail == true { return true }
    guard let deadline = timers.firstDeadline else { return false }
    return deadline <= currentTime()
  }

  /// With nothing due: jumps, or waits for the next timer or mail. False when the run has reached its goal.
  private func goOn(towards goal: Goal) throws(EventBaseError) -> Bool {
    let next = timers.firstDeadline
    switch goal {
    case .idle:
      // What the kernel holds for us is due as well.
      return try pollNow()
    case .nothingLeft:
      if let next { try advance(to: next) } else if hasDescriptors { try wait(until: nil) } else { return false }
    case .instant(let end):
      guard currentTime() < end else { return false }
      try advance(to: min(next ?? end, end))
    case .stop:
      if let next { try advance(to: next) } else { try wait(until: nil) }
    }
    return true
  }

  private func advance(to deadline: Int64) throws(EventBaseError) {
    guard clock == .virtual else { return try wait(until: deadline) }
    if try pollNow() { return }
    cachedNow = max(cachedNow, deadline)
  }
}
