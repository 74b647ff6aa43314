import Synchronization

/// The jobs that a loop's thread did not come to before it stopped, and those that came later.
///
/// A job that never runs is a task that hangs for ever, so each of them runs: those that are here when the loop has ended on
/// its thread, later ones on a thread that is made for them, and always one after the other, as an executor has to. What they
/// do with the loop fails: it has stopped. They never run inside `enqueue`, whose caller may hold a lock.
final class Leftovers: Sendable {
  private struct State {
    var jobs: [(job: UnownedJob, thread: LoopThread)] = []
    /// The loop's thread lets go of its base first, so that nothing of that is used by two threads.
    var isLoopOver = false
    var isRunning = false
  }

  private let state = Mutex(State())

  func add(_ job: UnownedJob, for thread: LoopThread) {
    let isFirst = state.withLock { state in
      state.jobs.append((job, thread))
      guard state.isLoopOver, !state.isRunning else { return false }
      state.isRunning = true
      return true
    }
    if isFirst { startThread(for: thread.core) }
  }

  /// Runs what is here, at the end of the loop's thread. Jobs that these cause go to another, so that this one ends.
  func run(on core: LoopCore) {
    for (job, thread) in take() { thread.run(job) }
    let isMore = state.withLock { state in
      state.isLoopOver = true
      state.isRunning = !state.jobs.isEmpty
      return state.isRunning
    }
    if isMore { startThread(for: core) }
  }

  private func startThread(for core: LoopCore) {
    do { try SystemThread(name: "loop leftovers") { self.runAll(core) }.detach() } catch {
      // Without a thread, here: better than a task that hangs.
      runAll(core)
    }
  }

  private func runAll(_ core: LoopCore) {
    LoopPlace.inside(core) { _ in
      while true {
        let jobs = take()
        for (job, thread) in jobs { thread.run(job) }
        let isDone = state.withLock { state in
          state.isRunning = !state.jobs.isEmpty
          return !state.isRunning
        }
        if isDone { return }
      }
    }
  }

  private func take() -> [(job: UnownedJob, thread: LoopThread)] {
    state.withLock { state in
      let jobs = state.jobs
      state.jobs = []
      return jobs
    }
  }
}
