import Sluice
import Testing

@testable import SluiceFaults

struct CutTests {
  private let cut: @Sendable (Int, Fault.Ending) -> Fault = { .cut(after: $0, by: $1) }

  @Test(arguments: [0, 1, 5], [Directions.read, .write])
  func `a reset is an error here that names the fault, and a reset there`(count: Int, direction: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: cut(count, .reset), direction)
      let (here, there) = (Witness(top), Witness(right))
      (direction == .write ? top : right).write("abcdefgh")
      try base.run()
      #expect((direction == .write ? there : here).text == "abcdefgh".prefix(count))
      #expect(here.events == ["0 cut"])
      #expect(there.events == ["0 reset"])
      let fault = try #require(here.error?.injectedFault)
      #expect(fault.fault == cut(count, .reset))
      #expect(fault.direction == direction)
      #expect("\(fault)" == "injected fault: cut after \(count) bytes by reset")
      top.close()
      right.close()
    }
  }

  @Test(arguments: [0, 1, 5]) func `an end of what is sent comes behind the bytes, and reading goes on`(count: Int)
    throws
  {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: cut(count, .end), .write)
      let (here, there) = (Witness(top), Witness(right))
      if count > 0 { top.write("abcdefgh") }
      try base.run()
      #expect(there.text == "abcdefgh".prefix(count))
      #expect(there.events == ["0 end"])
      #expect(here.events == ["0 endOfOutput"])
      #expect(top.write("x") == .refused(.peerClosed))
      right.write("back")
      right.finish()
      try base.run()
      #expect(here.text == "back")
      #expect(here.events.last == "0 end")
      #expect(top.filterHandle(FaultRecord.self)?.strikes() == 1)
      top.close()
      right.close()
    }
  }

  @Test(arguments: [0, 1, 5]) func `an end of what is received comes behind the bytes, and writing goes on`(count: Int)
    throws
  {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: cut(count, .end), .read)
      let (here, there) = (Witness(top), Witness(right))
      right.write("abcdefgh")
      try base.run()
      #expect(here.text == "abcdefgh".prefix(count))
      #expect(here.events == ["0 end"])
      top.write("still here")
      top.finish()
      try base.run()
      #expect(there.text == "still here")
      #expect(there.events == ["0 end"])
      top.close()
      right.close()
    }
  }

  @Test(arguments: [Directions.read, .write])
  func `silence lets nothing pass, not even the end, and closes nothing`(direction: Directions) throws {
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let top = try left.disturbed(by: cut(5, .silence), direction)
      let (sender, receiver) = direction == .write ? (top, right) : (right, top)
      let (sent, seen) = (Witness(sender), Witness(receiver))
      receiver.readTimeout = ms(100)
      pour(sender, 3_000_000)
      try base.run()
      #expect(seen.text == "xxxxx")
      #expect(seen.events == ["100 timeout reading"])
      #expect(sent.events == [])
      #expect(sender.unsent > 200_000, "the writer feels it")
      sender.finish()
      try base.run()
      #expect(seen.events.count == 1)
      top.close(within: ms(50))
      try base.run()
      right.close()
    }
  }

  @Test func `a stream that ends before the cut is none of its business`() throws {
    try inVirtualTime { base in
      for ending in Fault.Ending.allCases {
        let (left, right) = base.pair()
        let top = try left.disturbed(by: cut(100, ending))
        let (here, there) = (Witness(top), Witness(right))
        top.write("abc")
        right.write("def")
        top.finish()
        right.finish()
        try base.run()
        #expect(here.text + there.text == "defabc")
        #expect(here.events == ["0 end"])
        #expect(there.events == ["0 end"])
        #expect(top.filterHandle(FaultRecord.self)?.strikes() == 0)
        top.close()
        right.close()
      }
    }
  }
}
