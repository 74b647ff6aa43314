import Testing

@testable import Sluice

/// Rules C1 to C4, and the directions' part of P3 and P4.
struct EnablingTests {
  @Test func `C1: a new event has both directions enabled`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      #expect(left.enabled == .both)
      #expect(right.enabled == .both)
    }
  }

  @Test(arguments: [Directions.read, .write, .both])
  func `enabled shows what was asked for, also while suspended`(directions: Directions) throws {
    try inVirtualTime { base in
      let (left, _) = base.pair()
      left.suspend(.both)
      left.disable(directions)
      #expect(left.enabled == Directions.both.subtracting(directions))
      left.enable(directions)
      #expect(left.enabled == .both)
      #expect(left.suspensions(.both) == .application)
    }
  }

  enum Hold: CaseIterable { case writerDisabled, readerDisabled, writerSuspended, readerSuspended }

  @Test(arguments: Hold.allCases)
  func `P3, P4: bytes wait while either end holds them back, and move at once when it lets go`(hold: Hold) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      switch hold {
      case .writerDisabled: left.disable(.write)
      case .readerDisabled: right.disable(.read)
      case .writerSuspended: left.suspend(.write)
      case .readerSuspended: right.suspend(.read)
      }
      #expect(left.write("held").isAccepted)
      left.finish()
      #expect(left.outputText == "held")
      #expect(right.unread == 0)
      switch hold {
      case .writerDisabled: left.enable(.write)
      case .readerDisabled: right.enable(.read)
      case .writerSuspended: left.resume(.write)
      case .readerSuspended: right.resume(.read)
      }
      #expect(left.unsent == 0)
      #expect(right.inputText == "held")
      #expect(right.isInputEnded)
    }
  }

  @Test func `the end itself waits for a writer that is held back, with nothing to write`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      left.disable(.write)
      left.finish()
      #expect(!right.isInputEnded)
      left.enable(.write)
      #expect(right.isInputEnded)
    }
  }

  @Test func `C4: a direction goes on when its last reason is gone`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.suspend(.read, for: .rate)
      right.suspend(.read, for: .groupRate)
      right.suspend(.write, for: .connecting)
      left.write("abc")
      #expect(right.suspensions(.read) == [.rate, .groupRate])
      #expect(right.suspensions(.write) == .connecting)
      right.resume(.read, from: .rate)
      #expect(right.unread == 0)
      right.resume(.read, from: .filter)
      #expect(right.unread == 0)
      right.resume(.read, from: .groupRate)
      #expect(right.readAll() == "abc")
      #expect(right.suspensions(.both) == .connecting)
    }
  }

  @Test func `C4: what is suspended and disabled needs both undone`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      right.suspend(.read)
      right.disable(.read)
      left.write("abc")
      right.enable(.read)
      #expect(right.unread == 0)
      right.resume(.read)
      #expect(right.readAll() == "abc")
    }
  }

  @Test func `enabling, resuming and triggering from inside a callback do as outside`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      var got = ""
      right.onRead = { event in
        got += event.readAll()
        event.disable(.read)
        event.base.defer { event.enable(.read) }
      }
      for word in ["a", "b", "c"] { base.defer { left.write(word) } }
      try base.settle()
      #expect(got == "abc")
      right.onRead = nil
    }
  }
}
