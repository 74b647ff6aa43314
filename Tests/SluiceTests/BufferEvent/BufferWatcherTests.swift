import Testing

@testable import Sluice

/// Watchers of an event's buffers run in the middle of its work, and may do anything but use that buffer through the event.
struct BufferWatcherTests {
  @Test func `watchers of both buffers see what passes`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var changes: [String] = []
      left.output.addWatcher { _, change in changes.append("out +\(change.added) -\(change.removed)") }
      right.input.addWatcher { _, change in changes.append("in +\(change.added) -\(change.removed)") }
      right.readMarks = Watermarks(high: 4)
      left.write("abcdef")
      right.input.drain()
      #expect(right.readAll() == "ef")
      #expect(changes == ["out +6 -0", "in +4 -0", "out +0 -4", "in +0 -4", "in +2 -0", "out +0 -2", "in +0 -2"])
    }
  }

  @Test func `a watcher of the output sees also what passes it at once`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var added = 0
      left.output.addWatcher { _, change in added += change.added }
      left.write("abc")
      #expect(added == 3)
      #expect(right.inputText == "abc")
    }
  }

  @Test func `a watcher may write, on both sides`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.input.addWatcher { [unowned left, unowned right] _, change in
        guard change.added > 0 else { return }
        #expect(right.write("got \(change.added) ").isAccepted)
        if change.added == 3 { #expect(left.write("x") == .refused(.busy)) }
      }
      left.write("abc")
      left.write("de")
      #expect(left.readAll() == "got 3 got 2 ")
      #expect(right.readAll() == "abcde")
    }
  }

  enum Act: CaseIterable {
    case closeWriter, closeReader, abortWriter, abortReader, freeWriter, freeReader, finishWriter, dropBoth, flush
  }

  @Test(arguments: Act.allCases, [false, true])
  func `a watcher may end either half, or drop both`(act: Act, onOutput: Bool) throws {
    try inVirtualTime { base in
      final class Ends {
        var left: BufferEvent?
        var right: BufferEvent?
      }
      let ends = Ends()
      (ends.left, ends.right) = base.pair()
      let watcher: (inout EventBuffer, EventBuffer.Change) -> Void = { [unowned ends] _, _ in
        switch act {
        case .closeWriter: ends.left?.close()
        case .closeReader: ends.right?.close()
        case .abortWriter: ends.left?.abort()
        case .abortReader: ends.right?.abort()
        case .freeWriter: ends.left?.free()
        case .freeReader: ends.right?.free()
        case .finishWriter: ends.left?.finish()
        case .dropBoth: (ends.left, ends.right) = (nil, nil)
        case .flush: ends.left?.flush(.flush, .both)
        }
      }
      if onOutput { ends.left?.output.addWatcher(watcher) } else { ends.right?.input.addWatcher(watcher) }
      ends.left?.write("abc")
      if act == .flush || act == .finishWriter {
        #expect(ends.right?.unread == 3)
        #expect(ends.right?.isInputEnded == (act == .finishWriter))
      }
      if act == .closeReader || act == .abortReader || act == .freeReader {
        #expect(ends.right?.unread == 0)
        #expect(ends.left?.unsent == 0)
        #expect(ends.left?.write("more").isAccepted == false)
      }
      if act == .dropBoth { #expect(ends.left == nil) }
      try base.settle()
    }
  }

  @Test func `a watcher that drains the input leaves nothing to be told`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      right.input.addWatcher { buffer, _ in buffer.drain() }
      right.readMarks = Watermarks(high: 2)
      left.write("abcdef")
      try base.settle()
      #expect(log.take() == [])
      right.input.drain()
      right.input.drain()
      #expect(left.unsent == 0)
    }
  }
}
