import CSluiceSystem
import Synchronization

/// What a `LoopThread` and its thread share; it does not keep the `LoopThread` alive.
final class LoopCore: Sendable {
  let mailbox: Mailbox
  let leftovers = Leftovers()
  private let clock: EventBase.Clock
  private let failed = Mutex<EventBaseError?>(nil)

  init(mailbox: Mailbox, clock: EventBase.Clock) {
    self.mailbox = mailbox
    self.clock = clock
  }

  /// Why the loop ended, where that was not a stop.
  var failure: EventBaseError? { failed.withLock { $0 } }

  /// What the thread does, from its beginning to its end.
  func live() {
    LoopPlace.inside(self) { place in
      runBase(place)
      // The base is gone from here, or is held by actors whose jobs are what runs now.
      leftovers.run(on: self)
    }
  }

  private func runBase(_ place: LoopPlace) {
    let base = EventBase(clock: clock, mailbox: mailbox)
    place.base = base
    do { try base.runUntilStopped() } catch { failed.withLock { $0 = error } }
    base.shutDown()
    place.base = nil
  }
}

/// Where a thread is: inside which loop, with which base. Found through a pointer of the thread's own.
final class LoopPlace {
  let core: LoopCore
  var base: EventBase?

  private init(core: LoopCore) { self.core = core }

  /// Runs `body` with this thread as `core`'s.
  static func inside(_ core: LoopCore, _ body: (LoopPlace) -> Void) {
    let before = sluice_thread_context()
    let place = LoopPlace(core: core)
    // The place outlives the pointer, which only this thread sees.
    withExtendedLifetime(place) {
      sluice_thread_set_context(Unmanaged.passUnretained(place).toOpaque())
      body(place)
      sluice_thread_set_context(before)
    }
  }

  /// The place of this thread where it is inside `core`.
  static func here(in core: LoopCore) -> LoopPlace? {
    guard let context = sluice_thread_context() else { return nil }
    let place = Unmanaged<LoopPlace>.fromOpaque(context).takeUnretainedValue()
    return place.core === core ? place : nil
  }
}
