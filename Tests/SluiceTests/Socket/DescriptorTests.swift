import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

struct DescriptorTests {
  @Test(arguments: [PollerKind.automatic, .poll])
  func `two ends of pipes are joined both ways, and each way ends by itself`(poller: PollerKind) throws {
    try onSockets(poller) { base in
      let (left, right) = try base.pipePair()
      let data = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      var got: [UInt8] = []
      right.onRead = { got += $0.input.read() }
      right.onEvent = { event, what in
        #expect(what.words == "endOfInput")
        event.write("thanks")
        event.close()
      }
      var answer = ""
      left.onEvent = { event, what in
        #expect(what.words == "endOfInput")
        answer = event.readAll()
        event.close()
      }
      left.write(data)
      left.finish()
      try base.run()
      #expect(got == data)
      #expect(answer == "thanks")
    }
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `a pipe that nobody reads holds the writer up, and its room is told`(poller: PollerKind) throws {
    try onSockets(poller) { base in
      let (left, right) = try base.pipePair()
      right.disable(.read)
      left.write([UInt8](repeating: 7, count: 500_000))
      try base.runUntilIdle()
      #expect(left.unsent > 300_000)
      var (total, isDrained) = (0, false)
      left.onWrite = { _ in isDrained = true }
      right.onRead = { event in
        total += event.input.drain()
        if total == 500_000 { for end in [left, event] { end.close() } }
      }
      right.enable(.read)
      try base.run()
      #expect((total, isDrained) == (500_000, true))
    }
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `a file is read to its end, as far as the mark allows, and others have their turns`(poller: PollerKind) throws {
    try onSockets(poller) { base in
      let data = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 >> 5) }
      let (reading, writing) = try rawPipe()
      let event = try base.adopt(reading: try rawFile(data), writing: writing)
      event.readMarks = Watermarks(high: 100_000)
      try base.runUntilIdle()
      #expect(event.unread == 100_000)
      var (got, turns, isDone) = ([UInt8](), 0, false)
      func turn() {
        turns += 1
        if !isDone { base.defer(turn) }
      }
      turn()
      event.onRead = { got += $0.input.read() }
      event.onEvent = { event, what in
        #expect(what.words == "endOfInput")
        event.write("done")
        event.finish()
        isDone = true
        event.close()
      }
      event.input.drain(0)
      got += event.input.read()
      try base.run()
      #expect(got == data)
      #expect(turns > 10)
      var text = [UInt8](repeating: 0, count: 10)
      #expect(read(reading, &text, 10) == 4)
      #expect(read(reading, &text, 10) == 0)
      close(reading)
    }
  }

  @Test func `what is written to a file is in it`() throws {
    try onSockets { base in
      let file = try rawFile()
      let other = dup(file)
      let (reading, writing) = try rawPipe()
      let event = try base.adopt(reading: reading, writing: file)
      event.write([UInt8](repeating: 1, count: 2_000_000))
      event.close()
      try base.run()
      #expect(lseek(other, 0, SEEK_END) == 2_000_000)
      for descriptor in [other, writing] { close(descriptor) }
    }
  }

  @Test func `a disk that is full is an error`() throws {
    try onSockets { base in
      let event = try base.adopt(reading: open("/dev/null", O_RDONLY), writing: open("/dev/full", O_WRONLY))
      let log = EventLog()
      log.follow(event)
      event.write("too much")
      try base.run()
      #expect(log.take().last?.contains("write device on descriptor") == true)
      #expect(event.failure?.direction == .write)
      event.close()
    }
  }

  @Test func `a disk that is full when all was read is told by a relay as what it is`() throws {
    try onSockets { base in
      let (client, left) = base.pair()
      client.write("too much")
      client.finish()
      let relay = left.relay(to: try base.adopt(descriptor: open("/dev/full", O_WRONLY)))
      try base.run()
      guard case .failed(.right, let error) = relay.outcome else {
        Issue.record("\(String(describing: relay.outcome))")
        return
      }
      #expect(error.code == ENOSPC)
    }
  }

  @Test(arguments: [PollerKind.automatic, .poll])
  func `devices that cannot be waited for are read all the same`(poller: PollerKind) throws {
    try onSockets(poller) { base in
      let nothing = try base.adopt(descriptor: open("/dev/null", O_RDONLY))
      let log = EventLog()
      log.follow(nothing)
      try base.runUntilIdle()
      #expect(log.take() == ["endOfInput"])
      let zeros = try base.adopt(descriptor: open("/dev/zero", O_RDONLY))
      zeros.readMarks = Watermarks(high: 10_000)
      try base.runUntilIdle()
      #expect(zeros.unread == 10_000)
      for event in [nothing, zeros] { event.close() }
    }
  }

  @Test func `an event that closes over a pipe that is full does not go on reading its file`() throws {
    try onSockets { base in
      let (reading, writing) = try rawPipe()
      let event = try base.adopt(reading: open("/dev/zero", O_RDONLY), writing: writing)
      event.write([UInt8](repeating: 1, count: 200_000))
      event.close()
      try base.runUntilIdle(maximumSteps: 100)
      var bytes = [UInt8](repeating: 0, count: 200_000)
      var total = 0
      while total < 200_000 {
        total += read(reading, &bytes, bytes.count)
        try base.runUntilIdle(maximumSteps: 100)
      }
      close(reading)
    }
  }

  @Test func `what a descriptor cannot do is over from the beginning, without a word`() throws {
    try onSockets { base in
      let (reading, writing) = try rawPipe()
      let (source, target) = (try base.adopt(descriptor: reading), try base.adopt(descriptor: writing))
      let log = EventLog()
      log.follow(source, "source", reading: true)
      log.follow(target, "target", reading: true)
      #expect(source.write("x") == .refused(.finished))
      #expect(target.isInputEnded)
      target.write("one way")
      target.finish()
      try base.run()
      #expect(log.take() == ["target write 0", "source read 7", "source endOfInput"])
      for event in [source, target] { event.close() }
    }
  }

  @Test func `a descriptor that is not open, or not for this, is refused, and both are given back`() throws {
    try onSockets { base in
      let (reading, writing) = try rawPipe()
      let other = open("/dev/null", O_RDONLY)
      #expect(throws: SocketError(.configure, code: EBADF, peer: "descriptor \(writing), for reading")) {
        try base.adopt(reading: writing, writing: other)
      }
      // Its last writer is gone.
      var byte: UInt8 = 0
      #expect(read(reading, &byte, 1) == 0)
      close(reading)
      #expect(throws: SocketError(.configure, code: EBADF, peer: "descriptor 100000")) {
        try base.adopt(descriptor: 100_000)
      }
    }
  }

  @Test func `a socket that carries no stream is refused with the reason, and given back`() throws {
    try onSockets { base in
      let made: [() throws -> (RawSocket, String)] = [
        {
          (
            try RawSocket(boundTo: .loopback(), kind: SOCK_DGRAM),
            "Protocol wrong type for socket; it has to be a stream socket"
          )
        },
        { (try RawSocket(boundTo: .loopback(), backlog: 1), "Invalid argument; it listens: use listen(adopting:)") },
      ]
      for make in made {
        for isForBoth in [true, false] {
          let (socket, reason) = try make()
          let number = socket.giveAway()
          let error = try #require(throws: SocketError.self) {
            _ = try isForBoth ? base.adopt(reading: number, writing: number) : base.adopt(descriptor: number)
          }
          #expect(error.description == "configure descriptor \(number): \(reason)")
        }
      }
    }
  }

  @Test func `a reader that is gone is an error, and not a signal that ends the process`() throws {
    try onSockets { base in
      let (reading, writing) = try rawPipe()
      close(reading)
      let event = try base.adopt(descriptor: writing)
      let log = EventLog()
      log.follow(event)
      event.write("to nobody")
      try base.run()
      #expect(log.take().last?.contains("Broken pipe") == true)
      event.close()
    }
  }

  @Test func `an event says what it stands on`() throws {
    try onSockets { base in
      let (reading, writing) = try rawPipe()
      let file = try rawFile()
      let event = try base.adopt(reading: file, writing: writing)
      #expect(event.debugDescription.hasPrefix("file on descriptor \(file) and pipe on descriptor \(writing): "))
      event.close()
      close(reading)
    }
  }
}
