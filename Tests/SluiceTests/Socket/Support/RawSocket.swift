@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A socket that a test uses by itself, without a loop. It does not block.
final class RawSocket {
  private(set) var descriptor: Int32

  init(_ family: Int32 = AF_INET, kind: __socket_type = SOCK_STREAM) {
    descriptor = socket(family, Int32(kind.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
  }

  /// Takes a descriptor over.
  init(owning descriptor: Int32) { self.descriptor = descriptor }

  /// A connection that stands.
  convenience init(to address: SocketAddress) throws {
    self.init(address.family)
    var code = connect(to: address)
    if code == EINPROGRESS {
      var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&interest, 1, 10_000)
      var length = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
    }
    if code != 0 { throw SocketError(.connect, code: code, peer: "\(address)") }
  }

  /// A socket that is bound, and listens where a backlog is given.
  convenience init(boundTo address: SocketAddress, backlog: Int32? = nil, kind: __socket_type = SOCK_STREAM) throws {
    self.init(address.family, kind: kind)
    guard bind(to: address) else { throw SocketError(.bind, code: errno, peer: "\(address)") }
    if let backlog { _ = listen(backlog: backlog) }
  }

  deinit { close() }

  func close() {
    if descriptor >= 0 { closeDescriptor(descriptor) }
    descriptor = -1
  }

  /// The descriptor, which is somebody else's from now on.
  func giveAway() -> Int32 {
    defer { descriptor = -1 }
    return descriptor
  }

  /// Its own address, once it is bound.
  var address: SocketAddress? { SocketAddress.of(descriptor) { getsockname($0, $1, $2) } }

  func bind(to address: SocketAddress) -> Bool {
    address.withSystemAddress { bindSystem(descriptor, $0, $1) } == 0
  }

  func listen(backlog: Int32) -> Bool { listenSystem(descriptor, backlog) == 0 }

  /// 0, or the system's `errno`.
  func connect(to address: SocketAddress) -> Int32 {
    address.withSystemAddress { connectSystem(descriptor, $0, $1) } == 0 ? 0 : errno
  }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Int { sendSystem(descriptor, bytes) }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// What has come; nil where nothing has, an empty text at the end.
  func received(upTo most: Int = 65_536) -> String? {
    var bytes = [UInt8](repeating: 0, count: most)
    let count = recv(descriptor, &bytes, most, 0)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// Throws away what has come, and says how much it was.
  func drain() -> Int {
    var total = 0
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while case let count = recv(descriptor, &bytes, bytes.count, 0), count > 0 { total += count }
    return total
  }

  /// The error that the next read gives; 0 where it gives none.
  var readError: Int32 {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, 0) < 0 ? errno : 0
  }

  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes it in a way that throws everything away, and sends a reset.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    close()
  }
}

private func bindSystem(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  bind(descriptor, address, length)
}
private func listenSystem(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
private func connectSystem(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  connect(descriptor, address, length)
}
private func sendSystem(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
  send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
}
