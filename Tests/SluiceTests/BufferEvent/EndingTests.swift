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

  @Test func `part 4, libevent#616: what waits when an end is closed or dropped still arrives, then the end`() throws {
    for way in [Way.close, .drop] {
      try inVirtualTime { base in
        let ends = Ends(base)
        let log = EventLog()
        let right = try #require(ends.right)
        right.disable(.read)
        ends.left?.disable(.write)
        ends.left?.write(pattern(500_000))
        ends.end(\.left, way)
        ends.left = nil
        var total = 0
        right.onRead = { total += $0.input.drain() }
        right.onEvent = { log.add($1.words) }
        try base.settle()
        #expect(total == 0)
        right.enable(.read)
        try base.settle()
        #expect(total == 500_000)
        #expect(log.take() == ["endOfInput"])
      }
    }
  }

  @Test func `what lingers ends outside of a run too, when the other half drains it`() throws {
    let base = EventBase(clock: .virtual)
    var (left, right): (BufferEvent?, BufferEvent) = base.pair()
    right.readMarks = Watermarks(high: 4)
    left?.write("0123456789")
    left?.close()
    left = nil
    #expect(base.ledger.eventsDestroyed == 0)
    while right.input.drain() > 0 {}
    #expect(base.ledger.eventsDestroyed == 1)
    #expect(right.isInputEnded)
    #expect(base.lingering.isEmpty)
    right.close()
  }

  @Test func `close with a limit throws away what is left when the time is over, and the other end is told`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      right.onEvent = { log.add("\(base.elapsed) \($1.words)") }
      right.readMarks = Watermarks(high: 4)
      left.write("0123456789")
      left.close(within: .milliseconds(250))
      try base.run()
      #expect(log.take() == ["250 error reset"])
      #expect(right.inputText == "0123")
      #expect(base.ledger.segmentsTaken - base.ledger.segmentsReturned == 1)
    }
  }

  @Test func `a limit that is not needed keeps no loop alive`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.write("taken")
      left.close(within: .seconds(100))
      try base.run()
      #expect(base.elapsed == 0)
      #expect(right.isInputEnded)
    }
  }

  @Test func `abort: both ends lose what is under way, and keep what came`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left, "left")
      log.follow(right, "right")
      left.write("came")
      right.readMarks = Watermarks(high: 4)
      left.write("lost")
      right.disable(.write)
      right.write("lost too")
      left.abort()
      left.abort()
      try base.settle()
      #expect(log.take() == ["right read 4", "right error reset"])
      #expect(right.unsent == 0)
      #expect(right.inputText == "came")
      #expect(right.failure?.description == "reading and writing: the other end reset the stream")
      #expect(right.write("x") == .refused(.failed))
      right.finish()
      right.close()
    }
  }

  @Test func `the other half's close tells that waiting output was lost, once`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(left)
      right.disable(.read)
      left.write("nobody will read this")
      right.close()
      try base.settle()
      #expect(log.take() == ["endOfOutput", "endOfInput"])
    }
  }

  @Test func `finish lets reading go on, and is said once`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let log = EventLog()
      log.follow(right)
      left.finish()
      left.finish()
      left.flush(.finished)
      right.write("answer")
      #expect(left.readAll() == "answer")
      try base.settle()
      #expect(log.take() == ["write 0", "endOfInput"])
      left.close()
      try base.settle()
      #expect(log.take() == [])
    }
  }

  @Test(arguments: [0, 1, 2])
  func `a half that lingers is let go when the other ends too`(ending: Int) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.disable(.read)
      left.write("waits for ever")
      left.close()
      #expect(base.lingering.count == 1)
      if ending == 0 { right.close() } else if ending == 1 { right.abort() } else { right.free() }
      #expect(base.lingering.isEmpty)
    }
  }

  @Test(arguments: [0, 1, 2, 3])
  func `a stack that lingers is let go when the other end ends`(ending: Int) throws {
    try inVirtualTime { base in
      var (left, right): (BufferEvent, BufferEvent?) = base.pair()
      left = try left.filtered(by: ContractPass())
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
      let left = try lower.filtered(by: ContractPass())
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
      let left = try lower.filtered(by: ContractPass())
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
      let left = try lower.filtered(by: ContractPass())
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
      let left = try lower.filtered(by: ContractPass())
      lower.free()
      #expect(left.write("x") == .refused(.unlinked))
      #expect(right.write("x") == .refused(.unlinked))
      try base.settle()
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
