import SluiceTesting
import Testing

@testable import Sluice

/// A way to make two joined ends. To have another kind of link keep the contract, add its maker to `all`.
struct LinkMaker: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable (EventBase) throws -> (BufferEvent, BufferEvent)

  static let all = [
    LinkMaker(testDescription: "a pair") { $0.pair() },
    LinkMaker(testDescription: "a pair under a filter") { try $0.stackedPair(depth: 1) },
    LinkMaker(testDescription: "a pair under three filters") { try $0.stackedPair(depth: 3) },
    LinkMaker(testDescription: "a simulated link") { SimulatedLink(on: $0).makeEnds() },
    LinkMaker(testDescription: "a simulated link with segments") {
      SimulatedLink(on: $0, LinkConditions(segment: 1_460, window: 10_000)).makeEnds()
    },
  ]
}

extension EventBase {
  /// A pair with pass-through filters on both halves.
  func stackedPair(depth: Int) throws -> (BufferEvent, BufferEvent) {
    var (left, right) = pair()
    for _ in 0..<depth {
      left = try left.filtered(by: ContractPass())
      right = try right.filtered(by: ContractPass())
    }
    return (left, right)
  }
}

/// The twelve points that every link keeps, whatever it is made of.
struct ContractTests {
  private func onLink(_ maker: LinkMaker, _ body: (EventBase, BufferEvent, BufferEvent) throws -> Void) throws {
    try inVirtualTime { base in
      let (left, right) = try maker.make(base)
      try body(base, left, right)
    }
  }

  @Test(arguments: LinkMaker.all)
  func `1: bytes come in the order in which they were written, in both directions`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      var got = ""
      right.onRead = { peer in
        got += peer.readAll()
        peer.write("ok ")
      }
      for word in ["a ", "b ", "c "] {
        left.write(word)
        try base.settle()
      }
      #expect(got == "a b c ")
      #expect(left.readAll() == "ok ok ok ")
    }
  }

  @Test(arguments: LinkMaker.all)
  func `2: the input takes exactly what its high mark allows, and the writer learns of the rest`(
    maker: LinkMaker
  ) throws {
    try onLink(maker) { base, left, right in
      right.readMarks = Watermarks(high: 1_000)
      left.write([UInt8](repeating: 1, count: 3_000_000))
      try base.settle()
      #expect(right.unread == 1_000)
      #expect(left.writeRoom < 0)
      #expect(left.writeMarkPasses == 1)
    }
  }

  @Test(arguments: LinkMaker.all)
  func `3: the write callback means that the other end accepted the bytes`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      let log = EventLog()
      log.follow(left)
      right.disable(.read)
      left.write([UInt8](repeating: 1, count: 2_000_000))
      try base.settle()
      #expect(log.take() == [])
      right.onRead = { $0.input.drain() }
      right.enable(.read)
      try base.settle()
      #expect(log.take().last == "write 0")
    }
  }

  @Test(arguments: LinkMaker.all)
  func `4: draining the input wakes a writer that waits`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      right.readMarks = Watermarks(high: 1_000)
      left.write([UInt8](repeating: 1, count: 5_000))
      left.finish()
      var total = 0
      while !right.isInputEnded || right.unread > 0 {
        try base.settle()
        let count = right.input.drain()
        guard count > 0 || right.isInputEnded else { break }
        total += count
      }
      #expect(total == 5_000)
      #expect(right.isInputEnded)
    }
  }

  @Test(arguments: LinkMaker.all)
  func `5: the end of the input comes behind its last byte`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      let log = EventLog()
      log.follow(right, reading: true)
      left.write("last words")
      left.finish()
      try base.settle()
      #expect(log.take() == ["read 10", "endOfInput"])
      #expect(right.isInputEnded)
    }
  }

  @Test(arguments: LinkMaker.all)
  func `6: finish ends one direction, once, and the other goes on`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      let log = EventLog()
      log.follow(left, "left", reading: true)
      log.follow(right, "right", reading: true)
      left.finish()
      left.finish()
      try base.settle()
      #expect(log.take() == ["right endOfInput"])
      right.write("still here")
      right.finish()
      try base.settle()
      #expect(log.take().filter { $0 != "right write 0" } == ["left read 10", "left endOfInput"])
    }
  }

  @Test(arguments: LinkMaker.all)
  func `7: writing after finish and after close is refused`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      left.finish()
      #expect(left.write("x") == .refused(.finished))
      right.close()
      #expect(right.write("x") == .refused(.closed))
      try base.settle()
    }
  }

  @Test(arguments: LinkMaker.all)
  func `8: abort drops what is under way, and the other end is told a reset, once`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      right.suspend(.read)
      left.write([UInt8](repeating: 1, count: 1_000_000))
      left.abort()
      try base.settle()
      #expect(log.take() == ["right error reset"])
      #expect(left.unsent == 0)
      right.resume(.read)
      try base.settle()
      #expect(log.take() == [])
      #expect(right.write("x") == .refused(.failed))
    }
  }

  @Test(arguments: LinkMaker.all, [0, 100, 2_000_000])
  func `9: dropping an end is closing it: what was written comes, then the end`(maker: LinkMaker, count: Int) throws {
    try inVirtualTime { base in
      var (left, right): (BufferEvent?, BufferEvent)
      (left, right) = try maker.make(base)
      var total = 0
      var words: [String] = []
      right.onRead = { total += $0.input.drain() }
      right.onEvent = { words.append($1.words) }
      left?.write([UInt8](repeating: 1, count: count))
      left = nil
      try base.settle()
      #expect(total == count)
      #expect(words == ["endOfInput"])
      #expect(right.write("x") == .refused(.peerClosed))
    }
  }

  @Test(arguments: LinkMaker.all)
  func `10: no callback is made inside a write, nor inside another callback`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      var depth = 0
      var calls = 0
      let answer: (BufferEvent) -> Void = { event in
        depth += 1
        #expect(depth == 1)
        calls += 1
        if calls < 20 { event.write(&event.input) }
        depth -= 1
      }
      (left.onRead, right.onRead) = (answer, answer)
      depth += 1
      left.write("ball")
      depth -= 1
      try base.settle()
      #expect(calls == 20)
    }
  }

  @Test(arguments: LinkMaker.all)
  func `11, 12: writing nothing does nothing, and nobody is called with nothing new`(maker: LinkMaker) throws {
    try onLink(maker) { base, left, right in
      let log = EventLog()
      log.follow(right)
      left.write("")
      left.write([UInt8]())
      left.flush(.flush)
      right.flush(.flush, .both)
      try base.settle()
      #expect(log.take() == [])
      left.write("x")
      try base.settle()
      left.flush(.flush)
      right.enable(.read)
      try base.settle()
      #expect(log.take() == ["read 1"])
    }
  }
}
