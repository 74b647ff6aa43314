import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// Descriptors whose description other processes hold too: they must not see it change.
struct SharedDescriptorTests {
  @Test func `a pipe still blocks for those who share it`() throws {
    try onSockets { base in
      let (there, back) = (try rawPipe(), try rawPipe())
      let (sharedIn, sharedOut) = (dup(there.reading), dup(back.writing))
      let event = try base.adopt(reading: there.reading, writing: back.writing)
      event.onRead = { $0.write(&$0.input) }
      #expect(write(there.writing, "ping", 4) == 4)
      try base.runUntilIdle()
      #expect(blocks(sharedIn) && blocks(sharedOut))
      var text = [UInt8](repeating: 0, count: 4)
      #expect(read(back.reading, &text, 4) == 4)
      event.close()
      #expect(blocks(sharedIn) && blocks(sharedOut))
      for descriptor in [there.writing, back.reading, sharedIn, sharedOut] { close(descriptor) }
    }
  }

  @Test func `a terminal still blocks for the shell it came from`() throws {
    try onSockets { base in
      let (master, slave) = try rawTerminal()
      let shells = dup(slave)
      let inside = try base.adopt(descriptor: slave)
      let outside = try base.adopt(descriptor: dup(master))
      inside.onRead = { event in event.write(&event.input) }
      var answer = ""
      outside.onRead = { event in
        answer += event.readAll()
        if answer == "typed" { base.stop() }
      }
      outside.write("typed")
      try base.run()
      #expect(answer == "typed")
      #expect(blocks(shells))
      let log = EventLog()
      log.follow(outside)
      inside.close()
      try base.runUntilIdle()
      #expect(log.take() == [])
      // With the last of the terminal's users the other side comes to its end.
      close(shells)
      outside.onEvent = { event, what in
        log.add(what.words)
        event.close()
      }
      try base.run()
      #expect(log.take() == ["endOfInput"])
      close(master)
    }
  }

  /// A named pipe without a reader cannot be opened for writing once more.
  @Test func `what cannot be opened once more gets its flags back`() throws {
    try onSockets { base in
      let path = "/tmp/sluice-test-\(getpid()).fifo"
      #expect(mkfifo(path, 0o600) == 0)
      let reading = open(path, O_RDONLY | O_NONBLOCK)
      let writing = open(path, O_WRONLY)
      unlink(path)
      close(reading)
      let shared = dup(writing)
      let event = try base.adopt(descriptor: writing)
      #expect(!blocks(shared))
      event.close()
      #expect(blocks(shared))
      close(shared)
    }
  }

  /// What inetd starts has one socket as its standard input and output.
  @Test func `one socket under two numbers works in both directions, and still blocks for others`() throws {
    try onSockets { base in
      var ends: [Int32] = [-1, -1]
      #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let shared = dup(ends[0])
      let event = try base.adopt(reading: ends[0], writing: dup(ends[0]))
      let peer = try base.adopt(descriptor: ends[1])
      let log = EventLog()
      log.follow(peer, "peer", reading: true)
      event.write("first")
      event.finish()
      try base.runUntilIdle()
      #expect(blocks(shared))
      #expect(log.take() == ["peer read 5", "peer endOfInput"])
      peer.write("reading goes on")
      peer.close()
      event.onEvent = { event, what in
        log.add("\(what.words) behind \(event.readAll())")
        event.close()
      }
      try base.run()
      #expect(log.take() == ["endOfInput behind reading goes on"])
      close(shared)
    }
  }

  @Test(arguments: ["socket", "terminal", "pipe"])
  func `one number for both directions is one descriptor that is given back once`(kind: String) throws {
    try onSockets { base in
      let descriptor: Int32
      let peer: BufferEvent
      switch kind {
      case "socket":
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        descriptor = ends[0]
        peer = try base.adopt(descriptor: ends[1])
      case "terminal":
        let (master, slave) = try rawTerminal()
        descriptor = slave
        peer = try base.adopt(descriptor: master)
      default:
        let (reading, writing) = try rawPipe()
        #expect(throws: SocketError(.configure, code: EBADF, peer: "descriptor \(reading), for reading and writing")) {
          try base.adopt(reading: reading, writing: reading)
        }
        close(writing)
        return
      }
      let event = try base.adopt(reading: descriptor, writing: descriptor)
      event.onRead = { $0.write(&$0.input) }
      var answer = ""
      peer.onRead = { answer += $0.readAll() }
      peer.write("there and back")
      try base.run(until: "an answer") { answer == "there and back" }
      event.close()
      peer.close()
      try base.run()
    }
  }

  @Test func `what came before a reset of a shared socket is read through its filters before that is told`() throws {
    try onSockets { base in
      let listener = try RawSocket(boundTo: .loopback(), backlog: 1)
      let client = try RawSocket(to: try #require(listener.address))
      let accepted = accept(listener.descriptor, nil, nil)
      let event = try base.adopt(reading: accepted, writing: dup(accepted)).filtered(by: Pass())
      let log = EventLog()
      log.follow(event, reading: true)
      client.send("last words")
      client.reset()
      try base.run(until: "the error") { event.failure != nil }
      try base.runUntilIdle()
      #expect(log.take().map { String($0.prefix(7)) } == ["read 10", "error t"])
      event.close()
    }
  }

  @Test(arguments: PollerKind.all)
  func `what was written comes whole, though the other end of a shared socket sends what nobody reads`(
    poller: PollerKind
  ) throws {
    try onSockets(poller) { base in
      let listener = try RawSocket(boundTo: .loopback(), backlog: 1)
      let client = RawSocket()
      var size: Int32 = 16 * 1024
      setsockopt(client.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
      _ = client.connect(to: try #require(listener.address))
      let accepted = accept(listener.descriptor, nil, nil)
      size = 1_000_000
      setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
      let event = try base.adopt(reading: accepted, writing: dup(accepted))
      event.disable(.read)
      event.write([UInt8](repeating: 1, count: 400_000))
      // It lies unread where the connection is closed, and more follows.
      _ = client.send([UInt8](repeating: 2, count: 30_000))
      event.close()
      try base.runUntilIdle()
      _ = client.send([UInt8](repeating: 2, count: 30_000))
      try base.expectInOrder(400_000, at: client)
    }
  }

  @Test func `the standard streams work, and their numbers are never given to anything else`() async {
    await #expect(processExitsWith: .success) {
      let data = [UInt8](repeating: 7, count: 200_000)
      let (file, output) = (try rawFile(data), try rawFile())
      dup2(file, 0)
      dup2(output, 1)
      let base = EventBase()
      let event = try base.adopt(reading: 0, writing: 1)
      event.onRead = { $0.write(&$0.input) }
      event.onEvent = { event, _ in event.close() }
      try base.run()
      var status = stat()
      fstat(output, &status)
      let opened = open("/dev/zero", O_RDONLY)
      var (zero, one) = (stat(), stat())
      fstat(0, &zero)
      fstat(1, &one)
      let areDevices = zero.st_mode & S_IFMT == S_IFCHR && one.st_mode & S_IFMT == S_IFCHR
      exit(status.st_size == 200_000 && opened > 2 && areDevices ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }
}
