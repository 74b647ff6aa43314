import Dispatch
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs `body` with a base in real time, for sockets; where it takes half a minute, a watchdog ends the base, and the test fails.
/// Afterwards everything must have been given back.
func onSockets(
  _ poller: PollerKind = .automatic, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (EventBase) throws -> Void
) throws {
  let base = EventBase(poller: poller)
  let watchdog = try LoopThread(name: "watchdog")
  defer { watchdog.stop() }
  let handle = base.handle
  watchdog.execute { dog in
    dog.schedule(after: .seconds(30)) {
      handle.execute { base in
        Issue.record("nothing came of it in half a minute: \(base.debugDescription)", sourceLocation: sourceLocation)
        base.shutDown()
      }
    }
  }
  try body(base)
  try base.settle()
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
  #expect(base.lingering.isEmpty, sourceLocation: sourceLocation)
  #expect(!base.isAwaitingOthers, sourceLocation: sourceLocation)
}

/// What was waited for, and did not come.
struct NeverCame: Error, CustomStringConvertible {
  let description: String
}

extension EventBase {
  /// Makes rounds until `condition` holds. The watchdog is for what never comes: it takes no time where all is well.
  func run(until what: String, _ condition: () -> Bool) throws {
    var isLate = false
    let watchdog = schedule(after: .seconds(30)) { isLate = true }
    defer { watchdog.cancel() }
    while !condition() {
      if isLate { throw NeverCame(description: "never came: \(what); \(debugDescription)") }
      try runOnce()
    }
  }

  /// Reads what comes to `client` to the end, which is to be no reset.
  func expectInOrder(
    _ count: Int, at client: RawSocket, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var got = 0
    try run(until: "the end") {
      got += client.drain()
      return client.received() == "" || client.readError != EAGAIN && client.readError != 0
    }
    #expect(got == count, sourceLocation: sourceLocation)
    #expect(client.received() == "", "an end, not a reset", sourceLocation: sourceLocation)
  }
}

/// The same for what listens, or is left open: the base ends behind `body`, and everything must have been given back.
func onEndingBase(
  _ poller: PollerKind = .automatic, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (EventBase) throws -> Void
) throws {
  let base = EventBase(poller: poller)
  try body(base)
  base.shutDown()
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
  #expect(base.lingering.isEmpty, sourceLocation: sourceLocation)
  #expect(base.watchList.isEmpty, sourceLocation: sourceLocation)
}

extension PollerKind {
  static let all: [PollerKind] = [.automatic, .poll]
}

/// An address that swallows what is sent to it: its listener accepts nobody, and its queue is full.
final class BlackHole {
  let address: SocketAddress
  private let listener: RawSocket
  private let clients: [RawSocket]

  init(at address: SocketAddress = .loopback()) throws {
    listener = RawSocket(address.family)
    try #require(listener.bind(to: address))
    try #require(listener.listen(backlog: 0))
    let bound = try #require(listener.address)
    clients = (0..<4).map { _ in RawSocket(address.family) }
    for client in clients { _ = client.connect(to: bound) }
    self.address = bound
  }
}

extension BufferEvent {
  /// Writes until it is known that the other end is gone. Nothing tells when that is: only writing does.
  func writeUntilRefused() throws {
    for _ in 0..<100_000 {
      guard write("x").isAccepted else { return }
      try base.runUntilIdle()
    }
    throw NeverCame(description: "never came: the refusal")
  }

  /// An option of the socket at the bottom.
  func option(_ level: Int32, _ name: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor ?? -1, level, name, &value, &length)
    return value
  }

  /// The error that its connection failed with.
  var connectError: ConnectError? {
    guard case .transport(let error) = failure?.reason else { return nil }
    return error as? ConnectError
  }
}

/// Has Dispatch open now what it opens at some time, so that descriptors can be counted, or used up. Only for a process that runs
/// nothing else.
func openWhatTheRuntimeNeeds() {
  let fired = DispatchSemaphore(value: 0)
  let timer = DispatchSource.makeTimerSource()
  timer.setEventHandler { fired.signal() }
  timer.schedule(deadline: .now())
  timer.resume()
  fired.wait()
}

/// How many descriptors this process has open, but for files, which the system's library opens for moments. Only for a process
/// that runs nothing else.
func openDescriptors() -> Int {
  (0..<1024 as Range<Int32>).count { descriptor in
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }
}

/// Uses up all descriptors that this process may have, 64 of them, and gives those that were made for that.
func useUpDescriptors() -> [Int32] {
  var limit = rlimit(rlim_cur: 64, rlim_max: 64)
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  var fillers: [Int32] = []
  // What the library closes meanwhile is used up too.
  for _ in 0..<1_000 {
    while case let descriptor = open("/dev/null", O_RDONLY), descriptor >= 0 { fillers.append(descriptor) }
    sched_yield()
  }
  return fillers
}

/// How many sockets this process has open. Only for a process that runs nothing else.
func openSockets() -> Int {
  (0..<1024 as Range<Int32>).reduce(0) { count, descriptor in
    var status = stat()
    return count + (fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK ? 1 : 0)
  }
}
