/// Why a loop could not run, or did not take what it was given.
public enum EventBaseError: Error, Equatable, Sendable, CustomStringConvertible {
  /// `run` was called from inside a callback of the same base.
  case alreadyRunning
  /// Work was still due after the steps that the caller allowed.
  case stillBusy(steps: Int)
  /// The system refused to wait; `code` is its `errno`.
  case waitFailed(code: Int32)
  /// The system gave no thread or no descriptor; `code` is its `errno`.
  case noResources(what: String, code: Int32)
  /// There is no such signal, or the system lets nobody handle it.
  case noSuchSignal(Int32)
  /// The loop has stopped, and takes nothing more.
  case stopped
  /// What belongs to a loop's thread was called on another one.
  case wrongThread

  /// The system's `errno`; 0 where the system has no part in it.
  var code: Int32 {
    switch self {
    case .waitFailed(let code), .noResources(_, let code): code
    default: 0
    }
  }

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .alreadyRunning:
      "the base is running already: return from the callback, and let the outer run() go on"
    case .stillBusy(let steps):
      "work was still due after \(steps) steps: two ends may be answering each other for ever; allow more steps, or find them"
    case .waitFailed(let code):
      "waiting for the next event failed with errno \(code)"
    case .noResources(let what, let code):
      "the system gave no \(what) (errno \(code)); close what is not needed, or raise its limit"
    case .noSuchSignal(let signal):
      "signal \(signal) cannot be handled: there is no such signal, or it is SIGKILL or SIGSTOP, which nobody may handle"
    case .stopped:
      "the loop has stopped: keep its LoopThread until everything that uses it is done"
    case .wrongThread:
      "this is not the loop's thread: use run, or execute on its handle"
    }
  }
}
