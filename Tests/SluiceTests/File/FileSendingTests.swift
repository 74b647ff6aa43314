import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// libevent: `add_file` and what belongs to it in its regression tests, over everything that a file may go by.
struct FileSendingTests {
  @Test(arguments: FileLink.all, [1, 100, 4_096, 70_000, 2_500_000])
  func `add_file: a file arrives whole, whatever its size`(link: FileLink, size: Int) throws {
    let bytes = sampleBytes(size)
    let file = try TemporaryFile(bytes)
    try onFileLink(link) { base, sender, sink in
      let outcome = try sender.write(file: file.open())
      #expect(outcome.isAccepted)
      sender.finish()
      sender.closeIfPipe(link)
      try base.settle { sink.isOver }
      #expect(isSame(sink.bytes, bytes))
      #expect(sink.hasEnded)
    }
  }

  @Test(arguments: FileLink.all, [0..<1, 0..<0, 1..<100, 65_535..<65_537, 4_000..<299_000, 299_999..<300_000])
  func `add_file with an offset: a range of a file arrives, and no more`(link: FileLink, range: Range<Int>) throws {
    let bytes = sampleBytes(300_000)
    let file = try TemporaryFile(bytes)
    try onFileLink(link) { base, sender, sink in
      try sender.write(file: file.open(), range: range)
      sender.close()
      try base.settle { sink.isOver }
      #expect(isSame(sink.bytes, Array(bytes[range])))
      #expect(sink.hasEnded)
    }
  }

  @Test(arguments: FileLink.all)
  func `files and other writes arrive in the order in which they were written`(link: FileLink) throws {
    let first = sampleBytes(500_000, seed: 1)
    let second = sampleBytes(3_000, seed: 2)
    let (one, two) = try (TemporaryFile(first), TemporaryFile(second))
    try onFileLink(link) { base, sender, sink in
      sender.write("head ")
      try sender.write(file: one.open())
      sender.write("middle ")
      var buffer = base.makeBuffer()
      buffer.append("buffer ")
      sender.write(&buffer)
      let left = buffer.count
      #expect(left == 0)
      let opened = try two.open()
      try sender.write(file: opened, range: 1_000..<2_000)
      try sender.write(file: opened, range: 0..<0)
      try sender.write(file: opened, range: 0..<10)
      sender.output.append("appended ")
      sender.write("tail")
      sender.close()
      try base.settle { sink.isOver }
      let expected =
        Array("head ".utf8) + first + Array("middle buffer ".utf8) + second[1_000..<2_000] + second[..<10]
        + Array("appended tail".utf8)
      #expect(isSame(sink.bytes, expected))
      #expect(sink.hasEnded)
    }
  }

  @Test(arguments: FileLink.all)
  func `a file waits for a reader, and no more of it is in memory than the marks allow`(link: FileLink) throws {
    let bytes = sampleBytes(3_000_000)
    let file = try TemporaryFile(bytes)
    try onFileLink(link) { base, sender, sink in
      sink.event.disable(.read)
      var writes = 0
      sender.onWrite = { _ in writes += 1 }
      let outcome = try sender.write(file: file.open())
      #expect(outcome.room == 0)
      for _ in 0..<20 { try base.settle() }
      #expect(sender.pendingFileBytes > 0)
      #expect(sender.pendingFileBytes <= bytes.count)
      #expect(sender.outputCount <= sender.writeMarks.high)
      #expect(writes == 0)
      #expect(sender.writeRoom <= 0)
      sink.event.enable(.read)
      try base.settle { sink.bytes.count == bytes.count }
      try base.settle()
      #expect(isSame(sink.bytes, bytes))
      #expect(sender.pendingFileBytes == 0)
      #expect(writes >= 1)
      #expect(sender.writeRoom == sender.writeMarks.high)
    }
  }

  @Test(arguments: FileLink.all)
  func `writes behind a file are refused after finish, and taken before`(link: FileLink) throws {
    let file = try TemporaryFile(sampleBytes(1_500_000))
    try onFileLink(link) { base, sender, sink in
      sink.event.disable(.read)
      let opened = try file.open()
      try sender.write(file: opened)
      #expect(sender.write("behind").isAccepted)
      #expect(sender.writeRoom <= 0)
      sender.finish()
      #expect(sender.write("later") == .refused(.finished))
      let outcome = try sender.write(file: opened)
      #expect(outcome == .refused(.finished))
      sender.output.append("dropped")
      sink.event.enable(.read)
      try base.settle { sink.bytes.count >= 1_500_006 }
      try base.settle()
      #expect(sink.bytes.count == 1_500_006)
    }
  }

  @Test(arguments: FileLink.all)
  func `an event that is dropped still sends its files`(link: FileLink) throws {
    let bytes = sampleBytes(1_500_000)
    let file = try TemporaryFile(bytes)
    let base = EventBase(clock: .virtual)
    let sink = try {
      let (sender, receiver) = try link.link.make(base)
      try sender.write(file: file.open())
      sender.write("and this")
      if link.link.testDescription != "pair", link.link.testDescription != "stack" { sender.close() }
      return FileSink(receiver)
    }()
    try base.settle { sink.isOver }
    #expect(isSame(sink.bytes, bytes + Array("and this".utf8)))
    #expect(sink.hasEnded)
    sink.event.close()
    try base.settle { base.lingering.isEmpty }
  }

  @Test func `one file goes over many connections at a time`() throws {
    let bytes = sampleBytes(400_000)
    let file = try TemporaryFile(bytes).open()
    let base = EventBase(clock: .virtual)
    let sinks = try (0..<10).map { _ in
      let (sender, receiver) = try base.socketPair()
      try sender.write(file: file)
      sender.close()
      return FileSink(receiver)
    }
    try base.settle { sinks.allSatisfy(\.isOver) }
    for sink in sinks {
      #expect(isSame(sink.bytes, bytes))
      sink.event.close()
    }
  }

  @Test func `no filter can be put on an event that has a file to send`() throws {
    let file = try TemporaryFile(sampleBytes(1_000_000))
    try onFileLink(FileLink(link: .pair)) { base, sender, sink in
      sink.event.disable(.read)
      try sender.write(file: file.open())
      #expect(throws: StackError.busy) { try sender.filtered(by: Pass()) }
      sender.abort()
    }
  }

  @Test func `the write timeout counts while a file waits`() throws {
    let file = try TemporaryFile(sampleBytes(1_000_000))
    try onFileLink(FileLink(link: .pair)) { base, sender, sink in
      let log = EventLog()
      log.follow(sender)
      sink.event.disable(.read)
      sender.writeTimeout = .seconds(5)
      try sender.write(file: file.open())
      try base.run(for: .seconds(6))
      #expect(log.take() == ["timeout writing"])
      sender.abort()
    }
  }

  @Test func `a file that is held up shows in the debug description`() throws {
    let file = try TemporaryFile(sampleBytes(600_000))
    try onFileLink(FileLink(link: .pair)) { base, sender, sink in
      sink.event.disable(.read)
      try sender.write(file: file.open())
      try base.settle()
      #expect(sender.debugDescription.contains("output 262144/262144 and 337856 of files"))
      sender.abort()
    }
  }
}

extension BufferEvent {
  /// A pipe has no half-close: its end is its close.
  fileprivate func closeIfPipe(_ link: FileLink) {
    if link.link.testDescription == "pipe" { close() }
  }
}
