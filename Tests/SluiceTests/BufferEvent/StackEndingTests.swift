import Testing

@testable import Sluice

/// How the layers of a stack end together.
struct StackEndingTests {
  @Test(arguments: [0, 1, 2, 3])
  func `a stack that lingers is let go when the other end ends`(ending: Int) throws {
    try inVirtualTime { base in
      var (left, right): (BufferEvent, BufferEvent?) = base.pair()
      left = try left.filtered(by: Pass())
      right?.finish()
      try base.settle()
      right?.disable(.read)
      left.write(pattern(1_000_000))
      left.close()
      try base.settle()
      #expect(base.lingering.count == 1)
      if ending == 0 { right?.close() } else if ending == 1 { right?.abort() } else { right?.free() }
      right = nil
      try base.settle()
      #expect(base.lingering.isEmpty)
    }
  }

  @Test func `a closing stack drains, though its layers were disabled and suspended`() throws {
    try inVirtualTime { base in
      let (lower, right) = base.pair()
      let left = try lower.filtered(by: Pass())
      lower.disable(.both)
      lower.suspend(.both, for: .rate)
      left.disable(.both)
      left.write(pattern(300_000))
      left.close()
      var total = 0
      right.onRead = { total += $0.input.drain() }
      try base.settle()
      #expect(total == 300_000)
      #expect(right.isInputEnded)
      #expect(base.lingering.isEmpty)
    }
  }

  @Test func `finish and close of a lower layer act on the whole stack`() throws {
    try inVirtualTime { base in
      let (lower, right) = base.pair()
      let left = try lower.filtered(by: Pass())
      right.disable(.read)
      left.write("through the filter")
      lower.finish()
      #expect(left.write("x") == .refused(.finished))
      right.enable(.read)
      #expect(right.readAll() == "through the filter")
      #expect(right.isInputEnded)
      lower.close()
      #expect(left.isClosed)
    }
  }

  @Test func `aborting a lower layer makes the stack above fail`() throws {
    try inVirtualTime { base in
      let (lower, right) = base.pair()
      let left = try lower.filtered(by: Pass())
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      lower.abort()
      #expect(left.write("x") == .refused(.failed))
      try base.settle()
      #expect(log.take().sorted() == ["left error reset", "right error reset"])
    }
  }

  @Test func `freeing a lower layer has the writes above refused`() throws {
    try inVirtualTime { base in
      let (lower, right) = base.pair()
      let left = try lower.filtered(by: Pass())
      lower.free()
      #expect(left.write("x") == .refused(.unlinked))
      #expect(right.write("x") == .refused(.unlinked))
      try base.settle()
    }
  }
}
