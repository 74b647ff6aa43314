import Testing

@testable import Sluice

/// Filters that end a stream by themselves: in order, or by a reset of the wire.
@Suite struct FilterEndingTests {
  /// How many layers stand below and above the filter that ends.
  static let places = [(0, 0), (1, 0), (0, 1), (2, 2)]

  private func stack(_ quota: Quota, _ place: (below: Int, above: Int), on event: BufferEvent) throws -> BufferEvent {
    let pass = { (stack: Stack, _: Int) in stack.adding { Pass() } }
    let stack = (0..<place.below).reduce(Stack(), pass).adding { quota }
    return try (0..<place.above).reduce(stack, pass).applied(to: event)
  }

  @Test(arguments: places) func `the end leaves behind what a filter let pass, and the writer is told`(
    place: (Int, Int)
  ) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try stack(Quota(5), place, on: left)
      let (here, there) = (Recorder(top), Recorder(right))
      top.write("abcdefgh")
      try base.settle()
      #expect(there.log == ["read", "end of input"])
      #expect(there.text == "abcde")
      #expect(here.log == ["end of output"])
      #expect(top.write("x") == .refused(.peerClosed))
      #expect(top.unsent == 0)
      right.write("back")
      try base.settle()
      #expect(here.text == "back")
      top.finish()
      top.close()
      try base.settle()
      #expect(there.events == ["end of input"])
      right.close()
    }
  }

  @Test(arguments: places) func `what a filter leaves behind a finish is told as lost, and is no error`(
    place: (Int, Int)
  ) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try stack(Quota(5), place, on: left)
      let (here, there) = (Recorder(top), Recorder(right))
      top.disable(.write)
      top.write("abcdefgh")
      top.finish()
      top.enable(.write)
      try base.settle()
      #expect(there.text == "abcde")
      #expect(there.events == ["end of input"])
      #expect(here.log == ["end of output"])
      #expect(top.unsent == 0)
      right.write("back")
      try base.settle()
      #expect(here.text == "back")
      right.close()
    }
  }

  @Test(arguments: places) func `a close that waits for such a filter is done when it ends`(place: (Int, Int)) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.readMarks = Watermarks(high: 1)
      let top = try stack(Quota(5), place, on: left)
      for layer in top.layers { layer.writeMarks = Watermarks(high: 1) }
      top.write("abcdefgh")
      top.close()
      var text = ""
      let there = Recorder(right)
      right.onRead = { text += $0.input.readString() }
      try base.settle()
      #expect(text == "abcde")
      #expect(there.events == ["end of input"])
      right.close()
    }
  }

  @Test(arguments: places, [Directions.write, .read])
  func `an error with a reset names its filter here, and is a reset at the other end`(
    place: (Int, Int), direction: Directions
  ) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try stack(Quota(5, direction, isReset: true), place, on: left)
      let (here, there) = (Recorder(top), Recorder(right))
      (direction == .write ? top : right).write("abcdefgh")
      try base.settle()
      #expect((direction == .write ? there : here).text == "abcde")
      #expect(here.events == ["error: filter Quota (number \(place.0 + 1) from the wire), \(direction): over quota"])
      #expect(there.events == ["error: the other end reset the stream"])
      top.close()
      right.close()
    }
  }

  @Test(arguments: places) func `a reset that comes while the stack closes is a reset at the other end`(
    place: (Int, Int)
  ) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      let top = try stack(Quota(5, isReset: true), place, on: left)
      for layer in top.layers { layer.writeMarks = Watermarks(high: 1) }
      top.write("abcdefgh")
      top.close()
      let there = Recorder(right)
      try base.settle()
      right.enable(.read)
      try base.settle()
      #expect(there.events == ["error: the other end reset the stream"])
      right.close()
    }
  }

  @Test func `an error without a reset ends in order at the other end`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.filtered(by: Thrower(direction: .write, left: 5))
      let there = Recorder(right)
      top.write("abcdefgh")
      top.close()
      try base.settle()
      #expect(there.log == ["read", "end of input"])
      right.close()
    }
  }

  @Test func `bytes that a filter holds come before the error of the layer below`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try Stack().adding { Thrower(direction: .read, left: 3) }.adding { LateReader(.seconds(2)) }
        .applied(to: left)
      let here = Recorder(top)
      right.write("abcdef")
      try base.run(for: .seconds(1))
      #expect(here.log == [])
      try base.run()
      #expect(here.text == "abc")
      #expect(here.log == ["read", "error: filter Thrower (number 1 from the wire), reading: bad byte"])
      #expect(base.elapsed == 2_000)
      top.close()
      right.close()
    }
  }

  @Test func `that nothing more is taken is told once: by the filter that ended, not by the other end again`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      let top = try left.filtered(by: Quota(5))
      let here = Recorder(top)
      top.write("abcdefgh")
      try base.settle()
      #expect(here.log == ["end of output"])
      right.close()
      try base.settle()
      #expect(here.log == ["end of output", "end of input"])
      top.close()
    }
  }

  @Test func `what a filter held when the other end closed is lost, and that is told`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.filtered(by: Delay(.seconds(1)))
      let here = Recorder(top)
      // The other end has more to send, so that its input is still there.
      left.disable(.read)
      right.write("more")
      top.write("abcdefgh")
      right.close()
      try base.settle()
      #expect(here.log == [])
      try base.run(for: .seconds(2))
      #expect(here.log == ["end of output"])
      #expect(right.inputCount == 0)
      top.close()
    }
  }

  @Test(arguments: [6, 20]) func `an error below a layer whose bytes a filter takes no more is told`(first: Int) throws
  {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let middle = try Stack().adding { Thrower(direction: .read, left: 12) }.adding { Pass() }.applied(to: left)
      middle.readMarks = Watermarks(high: 4)
      let top = try middle.filtered(by: Quota(5, .read))
      let here = Recorder(top)
      right.write(pattern(first))
      try base.settle()
      right.write(pattern(20 - first))
      try base.settle()
      #expect(here.bytes == Array(pattern(first).prefix(5)))
      #expect(here.events == ["end of input", "error: filter Thrower (number 1 from the wire), reading: bad byte"])
      top.close()
      right.close()
    }
  }
}
