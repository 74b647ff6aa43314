import Testing

@testable import Sluice

struct DebugTests {
  private func states(_ change: (BufferEvent, BufferEvent) throws -> Void) throws -> String {
    var text = ""
    try inVirtualTime { base in
      let (left, right) = base.pair()
      try change(left, right)
      text = left.debugDescription
      withExtendedLifetime(right) {}
    }
    return text
  }

  @Test func `an idle half shows its marks, and that both directions are on`() throws {
    #expect(try states { _, _ in } == "half of a pair: input 0/262144, reading on; output 0/262144, writing on")
  }

  @Test func `marks that are lifted are not shown`() throws {
    let text = try states { left, _ in
      left.readMarks = Watermarks(high: Watermarks.unlimited)
      left.writeMarks = Watermarks(high: Watermarks.unlimited)
    }
    #expect(text == "half of a pair: input 0, reading on; output 0, writing on")
  }

  @Test func `the reasons of a suspension are shown`() throws {
    let text = try states { left, _ in
      left.suspend(.read, for: [.rate, .application])
      left.suspend(.write, for: [.groupRate, .connecting, .filter])
    }
    #expect(text.contains("reading suspended by application, rate;"))
    #expect(text.contains("writing suspended by group rate, connecting, filter"))
  }

  @Test func `why a direction stands still is shown`() throws {
    #expect(try states { left, _ in left.disable(.both) }.contains("reading disabled; "))
    let full = try states { left, right in
      left.readMarks = Watermarks(high: 2)
      right.write("abc")
      right.disable(.read)
      left.write("abc")
      left.finish()
    }
    #expect(full.contains("input 2/2, reading waits for the input to be drained below its high mark"))
    #expect(full.contains("writing waits for the layer below or the other end, then finishes"))
  }

  enum Ending: CaseIterable { case finish, peerFinish, close, abort, free, peerClose, peerAbort, peerFree, stuckFinish }

  @Test(arguments: Ending.allCases)
  func `ends are shown`(ending: Ending) throws {
    let text = try states { left, right in
      switch ending {
      case .finish: left.finish()
      case .peerFinish: right.finish()
      case .close: left.close()
      case .abort: left.abort()
      case .free: left.free()
      case .peerClose: right.close()
      case .peerAbort: right.abort()
      case .peerFree: right.free()
      case .stuckFinish:
        left.disable(.write)
        left.finish()
      }
    }
    let expected =
      switch ending {
      case .finish: "writing finished"
      case .peerFinish: "reading ended"
      case .close, .abort, .free: "reading closed"
      case .peerClose: "writing refused: the other end closed"
      case .peerAbort: "reading failed (the other end reset the stream)"
      case .peerFree: "half without a partner: input 0/262144, reading unlinked"
      case .stuckFinish: "writing disabled"
      }
    #expect(text.contains(expected), "\(text)")
  }

  @Test func `a stack shows a line for each layer, from the top`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.filtered(by: Pass()).filtered(by: Pass())
      let lines = top.debugDescription.split(separator: "\n").map(String.init)
      #expect(lines.count == 3)
      #expect(lines[0].hasPrefix("filter Pass: "))
      #expect(lines[1].hasPrefix("  over filter Pass: "))
      #expect(lines[2].hasPrefix("  over half of a pair: "))
      withExtendedLifetime(right) {}
    }
  }
}
