import Synchronization

/// Asks what blocks, on a few threads. The same question is asked once for all who wait for its answer.
///
/// Threads are started as questions come, and end when none is left, so that an idle pool is nothing at all.
final class LookUpPool: Sendable {
  typealias Answer = Result<[SocketAddress], ResolverError>

  private struct State {
    /// Who waits for the answer to which question.
    var waiters: [Question: [LoopReply<Answer>]] = [:]
    /// Questions that no thread has taken yet.
    var waiting: [Question] = []
    var threads = 0
  }

  private let state = Mutex(State())
  private let mostThreads: Int
  private let mostWaiting: Int
  private let ask: @Sendable (Question) -> Answer

  init(mostThreads: Int, mostWaiting: Int, ask: @escaping @Sendable (Question) -> Answer) {
    self.mostThreads = max(mostThreads, 1)
    self.mostWaiting = max(mostWaiting, 1)
    self.ask = ask
  }

  /// How many threads there are, and how many questions wait for one; for tests.
  var counts: (threads: Int, waiting: Int) { state.withLock { ($0.threads, $0.waiting.count) } }

  /// Has `reply` sent the answer.
  func submit(_ question: Question, _ reply: LoopReply<Answer>) {
    enum Next { case wait, start, refuse(Int) }
    let next = state.withLock { state -> Next in
      if state.waiters[question]?.append(reply) != nil { return .wait }
      guard state.waiting.count < mostWaiting else { return .refuse(state.waiting.count) }
      state.waiters[question] = [reply]
      state.waiting.append(question)
      guard state.threads < mostThreads else { return .wait }
      state.threads += 1
      return .start
    }
    switch next {
    case .wait: break
    case .start: startThread()
    case .refuse(let count): reply.send(.failure(.busy(waiting: count)))
    }
  }

  /// The answer is not waited for any more; a question that nobody waits for is not asked.
  func withdraw(_ question: Question, _ reply: LoopReply<Answer>) {
    state.withLock { state in
      state.waiters[question]?.removeAll { $0 === reply }
      if state.waiters[question]?.isEmpty == true, let place = state.waiting.firstIndex(of: question) {
        state.waiting.remove(at: place)
        state.waiters[question] = nil
      }
    }
  }

  private func startThread() {
    do { try SystemThread(name: "resolver") { self.work() }.detach() } catch {
      let code = if case .noResources(_, let code) = error { code } else { Int32(0) }
      threadFailed(code)
    }
  }

  /// Those that wait are told, unless another thread will come to them.
  private func threadFailed(_ code: Int32) {
    let replies = state.withLock { state in
      state.threads -= 1
      guard state.threads == 0 else { return [LoopReply<Answer>]() }
      let replies = state.waiting.flatMap { state.waiters.removeValue(forKey: $0) ?? [] }
      state.waiting = []
      return replies
    }
    for reply in replies { reply.send(.failure(.system(code: code))) }
  }

  private func work() {
    while let question = takeNext() {
      let answer = ask(question)
      let replies = state.withLock { $0.waiters.removeValue(forKey: question) } ?? []
      for reply in replies { reply.send(answer) }
    }
  }

  private func takeNext() -> Question? {
    state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.threads -= 1
      return nil
    }
  }
}
