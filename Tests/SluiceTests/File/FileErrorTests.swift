import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// Files that cannot be sent, and who gives their descriptors back.
struct FileErrorTests {
  @Test func `what cannot be opened says why, and what to do`() throws {
    #expect(throws: FileError(.open, file: "/no/such/file", code: ENOENT)) { try OpenFile(path: "/no/such/file") }
    let directory = try #require(throws: FileError.self) { try OpenFile(path: "/tmp") }
    #expect("\(directory)" == "/tmp: it is a directory; name a file in it")
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let other = try #require(throws: FileError.self) { try OpenFile(adopting: ends[0]) }
    #expect("\(other)".contains("it is no regular file"))
    close(ends[1])
  }

  @Test(arguments: [0..<101, 100..<101, 200..<300, -1..<5])
  func `a range beyond the end is an error, and nothing is sent`(range: Range<Int>) throws {
    let file = try TemporaryFile(sampleBytes(100))
    try onFileLink(FileLink(link: .pair)) { base, sender, sink in
      let error = try #require(throws: FileError.self) { try sender.write(file: file.open(), range: range) }
      #expect(error.problem == .range(range, size: 100))
      #expect("\(error)".contains("it has 100 bytes"))
      #expect(sender.pendingFileBytes == 0)
      #expect(sender.write("goes on").isAccepted)
      try base.settle()
      #expect(sink.bytes == Array("goes on".utf8))
    }
  }

  @Test(arguments: FileLink.all)
  func `a file that becomes shorter is an error at one end, and no orderly end at the other`(link: FileLink) throws {
    let file = try TemporaryFile(sampleBytes(3_000_000))
    try onFileLink(link) { base, sender, sink in
      var errors: [StreamError] = []
      sender.onEvent = { event, what in
        if case .error(let error) = what { errors.append(error) }
        event.close()
      }
      sink.event.disable(.read)
      try sender.write(file: file.open())
      sender.write("never sent")
      for _ in 0..<20 { try base.settle() }
      file.truncate(to: 2_900_000)
      sink.event.enable(.read)
      try base.settle { !errors.isEmpty }
      let error = try #require(errors.first)
      guard case .transport(let reason as FileError) = error.reason else {
        Issue.record("\(error)")
        return
      }
      #expect(reason.problem == .shrunk(offset: 2_900_000, end: 3_000_000))
      #expect(error.direction == .write)
      try base.settle { sink.isOver }
      #expect(errors.count == 1)
      // A pipe and a Unix socket have no reset: there an end is all that the kernel knows.
      if link.link.tellsResets, link.link.testDescription != "pipe" { #expect(sink.error?.isReset == true) }
    }
  }

  @Test(arguments: FileLink.all)
  func `a descriptor is given back once its range has left`(link: FileLink) throws {
    let file = try TemporaryFile(sampleBytes(600_000))
    try onFileLink(link) { base, sender, sink in
      try sender.write(file: OpenFile(adopting: file.lockedDescriptor()))
      sink.event.disable(.read)
      #expect(!file.isUnlocked || sender.pendingFileBytes == 0)
      sink.event.enable(.read)
      try base.settle { sink.bytes.count == 600_000 }
      try base.settle()
      #expect(file.isUnlocked)
    }
  }

  @Test(arguments: FileLink.all, ["abort", "free", "lost"])
  func `a descriptor is given back when its event goes in the middle`(link: FileLink, how: String) throws {
    let file = try TemporaryFile(sampleBytes(3_000_000))
    try onFileLink(link) { base, sender, sink in
      sink.event.disable(.read)
      try sender.write(file: OpenFile(adopting: file.lockedDescriptor()))
      sender.write("behind it")
      try base.settle()
      #expect(!file.isUnlocked)
      switch how {
      case "abort": sender.abort()
      case "free": sender.free()
      default:
        sink.event.abort()
        // A stack over sockets finds out when it writes.
        try base.settle { file.isUnlocked }
      }
      #expect(file.isUnlocked)
    }
  }

  @Test func `a descriptor is given back where it cannot be adopted, and where its write is refused`() throws {
    let file = try TemporaryFile(sampleBytes(10))
    try onFileLink(FileLink(link: .pair)) { base, sender, sink in
      sender.finish()
      let outcome = try sender.write(file: OpenFile(adopting: file.lockedDescriptor()))
      #expect(outcome == .refused(.finished))
      #expect(file.isUnlocked)
      #expect(throws: FileError.self) {
        try sender.write(file: OpenFile(adopting: file.lockedDescriptor()), range: 5..<11)
      }
      #expect(file.isUnlocked)
    }
    #expect(throws: FileError.self) { try OpenFile(adopting: open("/tmp", O_RDONLY)) }
  }

  @Test func `the other end that goes while a file is sent is told as an error of writing, and raises no signal`()
    throws
  {
    let file = try TemporaryFile(sampleBytes(3_000_000))
    try onFileLink(FileLink(link: .unix)) { base, sender, sink in
      let log = EventLog()
      log.follow(sender)
      sink.event.disable(.read)
      try sender.write(file: file.open())
      try base.settle()
      sink.event.abort()
      try base.settle { !log.lines.isEmpty }
      #expect(sender.failure?.direction == .write || sender.failure?.direction == .read)
      #expect(sender.pendingFileBytes == 0)
    }
  }
}
