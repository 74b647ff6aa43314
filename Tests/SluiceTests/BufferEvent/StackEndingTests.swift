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

  @Test(arguments: 0...2, [true, false])
  func `a closing stack drains a layer that was held when it was full`(layer: Int, disabling: Bool) throws {
    try inVirtualTime { base in
      let (left, right) = try base.stackedPair(depth: 2)
      var total = 0
      right.onRead = { total += $0.input.drain() }
      for event in left.layers { event.writeMarks = Watermarks(high: 10) }
      let held = left.layers[layer]
      if disabling { held.disable(.write) } else { held.suspend(.write) }
      left.write(pattern(100))
      try base.settle()
      #expect(total == 0)
      left.close()
      try base.settle()
      #expect(total == 100)
      #expect(right.isInputEnded)
    }
  }

  @Test(arguments: [true, false])
  func `a closing stack reads on for a handshake, though the event below was not to read`(disabling: Bool) throws {
    try inVirtualTime { base in
      let (lower, right) = base.pair()
      if disabling { lower.disable(.read) } else { lower.suspend(.read, for: .application) }
      let client = try lower.filtered(by: Handshake())
      if disabling { lower.disable(.read) } else { lower.suspend(.read, for: .application) }
      let server = try right.filtered(by: Handshake(isServer: true))
      client.write("behind the handshake")
      try base.settle()
      #expect(server.unread == 0)
      client.close()
      try base.settle()
      #expect(server.readAll() == "behind the handshake")
      #expect(server.isInputEnded)
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
