import Sluice
import Testing

@Suite struct SharedTests {
  final class Cache {}
  final class Pool {}

  @Test func `a base has one object of each type that is asked for, and lets go of it at its end`() {
    weak var gone: Cache?
    do {
      let base = EventBase()
      var made = 0
      func cache(_ base: EventBase) -> Cache {
        base.shared {
          made += 1
          return Cache()
        }
      }
      let first = cache(base)
      gone = first
      #expect(cache(base) === first)
      #expect(made == 1)
      _ = base.shared { Pool() }
      #expect(cache(base) === first)
      #expect(cache(EventBase()) !== first)
    }
    #expect(gone == nil)
  }
}
