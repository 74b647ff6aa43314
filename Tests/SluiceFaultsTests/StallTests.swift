import Sluice
import Testing

@testable import SluiceFaults

struct StallTests {
  @Test(arguments: [0, 3], [Directions.read, .write])
  func `nothing passes for a time, then everything does`(count: Int, direction: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .stall(after: count, for: ms(500)), direction)
      let (sender, receiver) = direction == .write ? (top, right) : (right, top)
      let seen = Witness(receiver)
      sender.write("abc")
      try base.run(for: ms(200))
      sender.write("def")
      sender.finish()
      try base.run()
      #expect(seen.log == (count == 3 ? ["0 abc", "500 def"] : ["500 abcdef"]))
      #expect(seen.events == ["500 end"])
      #expect(top.filterHandle(FaultRecord.self)?.strikes() == 1)
      top.close()
      right.close()
    }
  }

  @Test func `the end alone waits too`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .stall(after: 3, for: ms(500)))
      let seen = Witness(right)
      top.write("abc")
      top.finish()
      try base.run()
      #expect(seen.log == ["0 abc"])
      #expect(seen.events == ["500 end"])
      top.close()
      right.close()
    }
  }

  @Test func `where nothing waits, a stall keeps no loop running`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .stall(after: 3, for: ms(500)))
      top.write("abc")
      try base.run()
      #expect(base.milliseconds == 0)
      top.close()
      right.close()
    }
  }

  @Test func `without a time it is for ever: timeouts fire, and a close needs a limit`() throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: .stall())
      let (here, there) = (Witness(top), Witness(right))
      (top.readTimeout, top.writeTimeout) = (ms(70), ms(50))
      top.write("abc")
      right.write("def")
      try base.run()
      #expect(here.events == ["50 timeout writing", "70 timeout reading"])
      #expect(here.bytes + there.bytes == [])
      top.close(within: ms(30))
      try base.run()
      #expect(there.events == ["100 reset"])
      right.close()
    }
  }
}
