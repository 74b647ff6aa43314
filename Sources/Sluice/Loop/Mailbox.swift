import CSluiceSystem
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The one door between threads: closures for a base, left by any thread, and a descriptor that wakes the base where it sleeps.
final class Mailbox: Sendable {
  typealias Letter = @Sendable (EventBase) -> Void

  private struct State {
    var letters: [Letter] = []
    var isSleeping = false
    var isClosed = false
  }

  private let state = Mutex(State())
  /// Read by the base in each round, so that an empty box costs no lock.
  private let waiting = Atomic(false)
  /// Readable while the base is to wake up.
  let descriptor: Int32
  private let wakeDescriptor: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    _ = sluice_wake_pair(&ends)
    (descriptor, wakeDescriptor) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(wakeDescriptor)
  }

  var hasMail: Bool { waiting.load(ordering: .acquiring) }

  /// Leaves a letter; wakes the base only where it sleeps. False when the base is gone.
  func post(_ letter: @escaping Letter) -> Bool {
    let (accepted, wake) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.letters.append(letter)
      waiting.store(true, ordering: .releasing)
      let wake = state.isSleeping
      state.isSleeping = false
      return (true, wake)
    }
    if wake {
      var byte: UInt8 = 1
      _ = write(wakeDescriptor, &byte, 1)
    }
    return accepted
  }

  /// Takes what has come, in the order it came.
  func collect() -> [Letter] {
    state.withLock { state in
      waiting.store(false, ordering: .relaxed)
      let letters = state.letters
      state.letters = []
      return letters
    }
  }

  /// Announces that the base is about to sleep. False where mail is waiting, so it must not.
  func prepareToSleep() -> Bool {
    state.withLock { state in
      guard state.letters.isEmpty else { return false }
      state.isSleeping = true
      return true
    }
  }

  func wokeUp() {
    let wasWoken = state.withLock { state in
      let wasWoken = !state.isSleeping
      state.isSleeping = false
      return wasWoken
    }
    guard wasWoken else { return }
    var byte: UInt8 = 0
    _ = read(descriptor, &byte, 1)
  }

  /// Refuses letters from now on, and drops those that nobody will read.
  func shut() {
    let dropped = state.withLock { state in
      state.isClosed = true
      let letters = state.letters
      state.letters = []
      return letters
    }
    _ = dropped
  }
}

extension EventBase {
  /// A reference to a base that any thread may hold. It does not keep the base alive, nor its loop running.
  public struct Handle: Sendable {
    let mailbox: Mailbox

    /// Has `body` run on the base's thread, in the order of the calls; wakes the loop where it sleeps. Any thread may call it.
    /// Allocates the entry; makes a system call only where the loop sleeps.
    ///
    /// - Returns: false where the base is gone: `body` will not run.
    @discardableResult
    public func execute(_ body: @escaping @Sendable (EventBase) -> Void) -> Bool { mailbox.post(body) }

    /// Has the base end its run, as `EventBase.stop()`. Any thread may call it. False where the base is gone.
    @discardableResult
    public func stop() -> Bool { execute { $0.stop() } }
  }

  /// The door to this base for other threads. The first use opens two descriptors.
  public var handle: Handle {
    if let mailbox { return Handle(mailbox: mailbox) }
    let mailbox = Mailbox()
    self.mailbox = mailbox
    return Handle(mailbox: mailbox)
  }

  func deliverMail() {
    guard let mailbox, mailbox.hasMail else { return }
    for letter in mailbox.collect() { letter(self) }
  }
}
