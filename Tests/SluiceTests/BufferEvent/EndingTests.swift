import Testing

@testable import Sluice

/// finish, close, abort, free and dropping, in all orders: rules C27 to C30, P15, and part 4's safe close.
struct EndingTests {
  enum Way: CaseIterable { case finish, close, limited, abort, free, drop }

  /// Two ends that a test may let go of one by one.
  final class Ends {
    var left: BufferEvent?
    var right: BufferEvent?

    init(_ base: EventBase) { (left, right) = base.pair() }

    func end(_ side: ReferenceWritableKeyPath<Ends, BufferEvent?>, _ way: Way) {
      switch way {
      case .finish: self[keyPath: side]?.finish()
      case .close: self[keyPath: side]?.close()
      case .limited: self[keyPath: side]?.close(within: .seconds(1))
      case .abort: self[keyPath: side]?.abort()
      case .free: self[keyPath: side]?.free()
      case .drop: self[keyPath: side] = nil
      }
    }
  }

  enum Waiting: CaseIterable { case nothing, disabled, full }

  @Test(arguments: Way.allCases, Way.allCases)
  func `both halves may end, in any two ways, with and without bytes that wait`(first: Way, second: Way) throws {
    for waiting in Waiting.allCases {
      for isBack in [false, true] {
        for loops in [false, true] {
          try inVirtualTime { base in
            let ends = Ends(base)
            ends.left?.onRead = { $0.input.drain() }
            ends.right?.onEvent = { _, _ in }
            if waiting == .disabled { ends.right?.disable(.read) }
            if waiting == .full { ends.right?.readMarks = Watermarks(high: 3) }
            if waiting != .nothing { ends.left?.write("bytes that wait") }
            if isBack { ends.left?.disable(.read) }
            ends.right?.write("and some back")
            ends.end(\.left, first)
            if loops { try base.settle() }
            ends.end(\.right, second)
            if loops { try base.settle() }
            // Where one only finished, or nobody reads, the rest goes with the last reference.
            (ends.left, ends.right) = (nil, nil)
            try base.settle()
            #expect(base.ledger.isBalanced, "waiting \(waiting), \(isBack), \(loops): \(base.ledger)")
          }
        }
      }
    }
  }

  @Test(arguments: Way.allCases, Way.allCases)
  func `an end may come from inside each kind of callback`(first: Way, second: Way) throws {
    for place in 0..<6 {
      try inVirtualTime { base in
        let ends = Ends(base)
        var calls = 0
        let act: () -> Void = { [unowned ends] in
          calls += 1
          guard calls == 1 else { return }
          ends.end(\.left, first)
          ends.end(\.right, second)
        }
        ends.right?.readMarks = Watermarks(high: 4)
        switch place {
        case 0: ends.left?.onRead = { _ in act() }
        case 1: ends.left?.onWrite = { _ in act() }
        case 2: ends.left?.onEvent = { _, _ in act() }
        case 3: ends.right?.onRead = { _ in act() }
        case 4: ends.right?.onWrite = { _ in act() }
        default: ends.right?.onEvent = { _, _ in act() }
        }
        ends.left?.trigger(.notice(1))
        ends.right?.trigger(.notice(1))
        ends.right?.write("back")
        ends.left?.write("0123")
        try base.settle()
        ends.left?.write("more than fits")
        try base.settle()
        #expect(calls >= 1)
        (ends.left, ends.right) = (nil, nil)
        try base.settle()
        #expect(base.ledger.isBalanced, "place \(place): \(base.ledger)")
      }
    }
  }

  @Test func `C27: no callback is made after close, abort or free`() throws {
    for way in [Way.close, .limited, .abort, .free] {
      try inVirtualTime { base in
        let ends = Ends(base)
        let log = EventLog()
        let left = try #require(ends.left)
        log.follow(left)
        left.write("x")
        ends.right?.write("y")
        left.trigger(.notice(1))
        ends.end(\.left, way)
        ends.right?.write("z")
        ends.right?.close()
        try base.settle()
        #expect(log.take() == [])
        #expect(left.isClosed)
      }
    }
  }

  @Test func `C27: closing inside the read callback suppresses what was queued behind it`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      right.onRead = { event in
        log.add("read")
        event.close()
      }
      right.write("w")
      left.write("r")
      left.finish()
      try base.settle()
      #expect(log.take() == ["read"])
    }
  }

  @Test func `an event may be dropped while it is queued, and while its callback runs`() throws {
    try inVirtualTime { base in
      let ends = Ends(base)
      ends.right?.onRead = { [unowned ends] event in
        ends.right = nil
        #expect(event.readAll() == "x")
        #expect(event.write("last words").isAccepted)
      }
      ends.left?.write("x")
      ends.left?.trigger(.both)
      try base.settle()
      #expect(ends.left?.inputText == "last words")
      #expect(ends.left?.isInputEnded == true)
      ends.left?.trigger(.both, .ignoringWatermarks)
      ends.left = nil
      try base.settle()
    }
  }

  @Test func `a callback may drop every event of the base that is queued behind it`() throws {
    try inVirtualTime { base in
      final class Holder { var events: [BufferEvent] = [] }
      let holder = Holder()
      var calls = 0
      for _ in 0..<20 {
        let (left, right) = base.pair()
        right.onRead = { _ in
          calls += 1
          holder.events = []
        }
        left.write("x")
        holder.events += [left, right]
      }
      try base.settle()
      #expect(calls == 1)
    }
  }

  @Test func `a base that goes with events in its queue lets go of all of them`() {
    weak var gone: EventBase?
    do {
      let base = EventBase(clock: .virtual)
      gone = base
      let (left, right) = base.pair()
      right.onRead = { _ in }
      left.readTimeout = .seconds(1)
      left.write("x")
    }
    #expect(gone == nil)
  }
}
