import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// A file with given bytes that is gone, by name, when the test lets go of it.
final class TemporaryFile {
  let path: String
  private let descriptor: Int32

  init(_ bytes: [UInt8]) throws {
    var template = Array("/tmp/sluice-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try #require(write(descriptor, bytes, bytes.count) == bytes.count)
  }

  deinit {
    unlink(path)
    close(descriptor)
  }

  func truncate(to length: Int) { ftruncate(descriptor, length) }

  func open() throws -> OpenFile { try OpenFile(path: path) }

  /// A descriptor of its own, which holds the file's lock until it is closed.
  func lockedDescriptor() throws -> Int32 {
    let locked = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    try #require(locked >= 0 && flock(locked, LOCK_EX | LOCK_NB) == 0)
    return locked
  }

  /// Whether nobody holds the lock any more.
  var isUnlocked: Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 && flock(descriptor, LOCK_UN) == 0 }
}

/// The ways on which files go: by the kernel alone, or read into buffers.
struct FileLink: Sendable, CustomTestStringConvertible {
  let link: RelayLink
  var testDescription: String { link.testDescription }

  static let pipe = RelayLink(testDescription: "pipe") { base in
    var ends: [Int32] = [-1, -1]
    try #require(Glibc.pipe(&ends) == 0)
    let (reader, writer) = try (base.adopt(descriptor: ends[0]), base.adopt(descriptor: ends[1]))
    return (writer, reader)
  }

  static let all = (RelayLink.all + [pipe]).map { FileLink(link: $0) }
}

/// Runs `body` with a sender and a receiver that collects what comes, in virtual time, and checks that everything was given back.
func onFileLink(
  _ link: FileLink, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (EventBase, BufferEvent, FileSink) throws -> Void
) throws {
  let base = EventBase(clock: .virtual)
  do {
    let (sender, receiver) = try link.link.make(base)
    let sink = FileSink(receiver)
    try body(base, sender, sink)
    sender.close()
    receiver.close()
    try base.settle(until: { base.lingering.isEmpty }, sourceLocation: sourceLocation)
  }
  try base.settle()
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
}

/// What a receiver got.
final class FileSink {
  let event: BufferEvent
  var bytes: [UInt8] = []
  var hasEnded = false
  var error: StreamError?

  init(_ event: BufferEvent) {
    self.event = event
    event.onRead = { [unowned self] in bytes += $0.input.read() }
    event.onEvent = { [unowned self] _, what in
      switch what {
      case .endOfInput: hasEnded = true
      case .error(let error): self.error = error
      default: break
      }
    }
  }

  var isOver: Bool { hasEnded || error != nil }
}
