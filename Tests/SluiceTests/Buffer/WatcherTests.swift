import Testing

@testable import Sluice

/// Row "callbacks" of section 2.4, and the watcher's part of "prepend".
struct WatcherTests {
  final class Log {
    var changes: [EventBuffer.Change] = []
    var names: [String] = []
  }

  static func change(_ original: Int, _ added: Int, _ removed: Int) -> EventBuffer.Change {
    EventBuffer.Change(originalCount: original, added: added, removed: removed)
  }

  @Test func `each operation is told once, with its sizes`() throws {
    var buffer = EventBuffer()
    let log = Log()
    buffer.addWatcher { _, change in log.changes.append(change) }
    buffer.append(pattern(40_000))
    buffer.prepend(pattern(30_000))
    buffer.append(pieces: [])
    buffer.append("")
    buffer.drain(0)
    buffer.drain(50_000)
    #expect(buffer.read(upTo: 5).count == 5)
    try buffer.makeContiguous()
    buffer.appendInteger(UInt32(10))
    try buffer.withExtents(atLeast: 40_000) { _ in 30_000 }
    try buffer.reserve(3) { $0.append(1, as: UInt8.self) }
    buffer.drain()
    buffer.append("line\r\n")
    #expect(buffer.readLine() == "line")
    #expect(
      log.changes == [
        Self.change(0, 40_000, 0), Self.change(40_000, 30_000, 0), Self.change(70_000, 0, 50_000),
        Self.change(20_000, 0, 5), Self.change(19_995, 4, 0), Self.change(19_999, 30_000, 0),
        Self.change(49_999, 1, 0), Self.change(50_000, 0, 50_000), Self.change(0, 6, 0), Self.change(6, 0, 6),
      ])
  }

  enum Move: CaseIterable { case append, appendShort, part, prepend, share }

  @Test(arguments: Move.allCases)
  func `a move between two buffers tells each once`(move: Move) throws {
    let size = move == .appendShort ? 5 : 5_000
    let (mine, theirs) = (Log(), Log())
    var target = segmented(["abc"])
    target.append("d")
    var source = EventBuffer()
    source.append(pattern(size))
    target.addWatcher { _, change in mine.changes.append(change) }
    source.addWatcher { _, change in theirs.changes.append(change) }
    switch move {
    case .append, .appendShort: target.append(&source)
    case .part: target.append(upTo: 1_000, from: &source)
    case .prepend: target.prepend(&source)
    case .share: try target.append(sharing: &source)
    }
    let moved = move == .part ? 1_000 : size
    #expect(mine.changes == [Self.change(4, moved, 0)])
    #expect(theirs.changes == (move == .share ? [] : [Self.change(size, 0, moved)]))
  }

  @Test func `the newest watcher runs first, a sleeping or removed one not at all`() {
    var buffer = EventBuffer()
    let log = Log()
    let ids = ["a", "b", "c"].map { name in buffer.addWatcher { _, _ in log.names.append(name) } }
    buffer.append("1")
    #expect(buffer.setWatcher(ids[1], enabled: false) == true)
    buffer.append("2")
    #expect(buffer.setWatcher(ids[1], enabled: true) == true)
    #expect(buffer.removeWatcher(ids[2]) == true)
    buffer.append("3")
    #expect(log.names == ["c", "b", "a", "c", "a", "b", "a"])
    #expect(buffer.removeWatcher(ids[2]) == false)
    #expect(buffer.setWatcher(ids[2], enabled: true) == false)
  }

  @Test func `the last watcher to go leaves nothing to pay for`() {
    var buffer = EventBuffer()
    let first = buffer.addWatcher { _, _ in }
    buffer.removeWatcher(first)
    #expect(buffer.watchers == nil)
    let second = buffer.addWatcher { _, _ in }
    #expect(buffer.removeWatcher(first) == false, "a name that was used is never given again")
    #expect(buffer.removeWatcher(second) == true)
  }

  @Test func `a watcher that drains what comes in is not called for its own draining`() {
    var buffer = EventBuffer()
    let log = Log()
    buffer.addWatcher { buffer, change in
      log.names.append("older sees \(buffer.count)")
      log.changes.append(change)
    }
    buffer.addWatcher { buffer, change in
      log.changes.append(change)
      buffer.drain()
      buffer.append("!")
    }
    buffer.append("hello")
    #expect(log.changes == [Self.change(0, 5, 0), Self.change(0, 5, 0)])
    #expect(log.names == ["older sees 1"])
    #expect(buffer.string() == "!")
  }

  @Test func `a watcher may remove itself and others, and add new ones`() {
    var buffer = EventBuffer()
    let log = Log()
    let victim = buffer.addWatcher { _, _ in log.names.append("victim") }
    var own: EventBuffer.WatcherID?
    own = buffer.addWatcher { buffer, _ in
      log.names.append("once")
      buffer.removeWatcher(victim)
      if let own { buffer.removeWatcher(own) }
      buffer.append("more")
      buffer.addWatcher { _, _ in log.names.append("new") }
    }
    buffer.append("a")
    #expect(log.names == ["once"])
    buffer.append("b")
    #expect(log.names == ["once", "new"])
    #expect(buffer.string() == "amoreb")
  }

  @Test func `a watcher may put another buffer in its place`() {
    var buffer = EventBuffer()
    let calls = Counter()
    buffer.addWatcher { _, _ in calls.value += 1 }
    buffer.addWatcher { buffer, _ in buffer = EventBuffer() }
    buffer.append("gone")
    #expect(buffer.count == 0)
    #expect(calls.value == 0)
    buffer.append("here")
    #expect(buffer.string() == "here")
  }
}
