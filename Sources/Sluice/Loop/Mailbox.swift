import CSluiceSystem
import Synchronization

/// The one door between threads: letters for a base, left by any thread, and a descriptor that wakes the base where it sleeps.
final class Mailbox: Sendable {
  private struct State {
    var letters: [Letter] = []
    var isSleeping = false
    var isClosed = false
    var rings = 0
  }

  private let state = Mutex(State())
  /// Read by the base in each round, so that an empty box costs no lock.
  private let waiting = Atomic(false)
  /// Readable while the base is to wake up; negative where the system gave none, and says why.
  let descriptor: Int32
  private let wakeDescriptor: Int32

  convenience init() {
    var ends: [Int32] = [-1, -1]
    let result = sluice_wake_open(&ends)
    self.init(ends: result < 0 ? [result, -1] : ends)
  }

  /// A box with the descriptors that `sluice_wake_open` gave, or without any.
  init(ends: [Int32]) { (descriptor, wakeDescriptor) = (ends[0], ends[1]) }

  deinit { sluice_wake_close([descriptor, wakeDescriptor]) }

  /// Whether a sleeping base hears of mail at once.
  var canWake: Bool { descriptor >= 0 }

  var hasMail: Bool { waiting.load(ordering: .acquiring) }

  /// Whether the base sleeps, or is about to; for tests, as is how often it was woken.
  var isSleeping: Bool { state.withLock { $0.isSleeping } }
  var rings: Int { state.withLock { $0.rings } }

  /// Leaves a letter; wakes the base only where it sleeps. False when the base is gone.
  func post(_ letter: Letter) -> Bool {
    let (accepted, wake) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.letters.append(letter)
      waiting.store(true, ordering: .releasing)
      let wake = state.isSleeping
      state.isSleeping = false
      if wake { state.rings &+= 1 }
      return (true, wake)
    }
    if wake { ring() }
    return accepted
  }

  /// Ends the base's sleep, this one or the next.
  func ring() {
    if canWake { sluice_wake(wakeDescriptor) }
  }

  /// Takes what has come into `letters`, which is empty, in the order it came; its room is used for what comes next.
  func collect(into letters: inout [Letter]) {
    state.withLock { state in
      waiting.store(false, ordering: .relaxed)
      swap(&state.letters, &letters)
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

  /// The sleep is over.
  func wokeUp() { state.withLock { $0.isSleeping = false } }

  /// The ring was heard. One may come late, behind a sleep that ended by itself; it ends the next one, and is heard once.
  func stopRinging() { sluice_wake_clear(descriptor) }

  /// Refuses letters from now on, and returns those that nobody will read.
  func shut() -> [Letter] {
    state.withLock { state in
      state.isClosed = true
      waiting.store(false, ordering: .relaxed)
      let letters = state.letters
      state.letters = []
      return letters
    }
  }
}
