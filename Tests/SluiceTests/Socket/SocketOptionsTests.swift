import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

struct SocketOptionsTests {
  private func value(_ socket: RawSocket, _ level: Int32, _ name: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket.descriptor, level, name, &value, &length)
    return value
  }

  private let tcp = Int32(IPPROTO_TCP)

  @Test func `small writes leave at once unless that is switched off`() {
    let socket = RawSocket()
    #expect(SocketOptions().apply(to: socket.descriptor, isTCP: true) == nil)
    #expect(value(socket, tcp, TCP_NODELAY) == 1)
    #expect(value(socket, SOL_SOCKET, SO_KEEPALIVE) == 0)
    var options = SocketOptions()
    options.noDelay = false
    let other = RawSocket()
    options.apply(to: other.descriptor, isTCP: true)
    #expect(value(other, tcp, TCP_NODELAY) == 0)
  }

  @Test func `options are what they were set to`() {
    var options = SocketOptions()
    options.keepAlive = .init(idle: .milliseconds(1_500), interval: .seconds(3), count: 4)
    options.userTimeout = .milliseconds(2_345)
    (options.sendBuffer, options.receiveBuffer) = (8_192, 16_384)
    options.codePoint = 46
    for family in [AF_INET, AF_INET6] {
      let socket = RawSocket(family)
      #expect(options.apply(to: socket.descriptor, isTCP: true) == nil)
      #expect(value(socket, SOL_SOCKET, SO_KEEPALIVE) == 1)
      #expect(value(socket, tcp, TCP_KEEPIDLE) == 2)
      #expect(value(socket, tcp, TCP_KEEPINTVL) == 3)
      #expect(value(socket, tcp, TCP_KEEPCNT) == 4)
      #expect(value(socket, tcp, TCP_USER_TIMEOUT) == 2_345)
      // Linux doubles them, for what it keeps beside the bytes.
      #expect(value(socket, SOL_SOCKET, SO_SNDBUF) == 16_384)
      #expect(value(socket, SOL_SOCKET, SO_RCVBUF) == 32_768)
      let isIPv4 = family == AF_INET
      #expect(
        value(socket, Int32(isIPv4 ? IPPROTO_IP : IPPROTO_IPV6), isIPv4 ? IP_TOS : IPV6_TCLASS) == 46 << 2)
    }
  }

  @Test func `extreme values neither trap nor pass for something else`() {
    var options = SocketOptions()
    options.keepAlive = .init(idle: .seconds(Int64.max), interval: .seconds(Int64.min), count: .max)
    options.userTimeout = .seconds(Int64.max)
    (options.sendBuffer, options.receiveBuffer) = (.max, .min)
    let socket = RawSocket()
    #expect(options.apply(to: socket.descriptor, isTCP: true) == EINVAL)
    options = SocketOptions()
    options.codePoint = 64
    #expect(options.apply(to: socket.descriptor, isTCP: true) == EINVAL)
  }

  @Test func `a Unix socket takes the sizes of the buffers, and passes the rest over`() {
    var options = SocketOptions()
    options.keepAlive = .init(idle: .seconds(1))
    options.codePoint = 46
    options.sendBuffer = 8_192
    let socket = RawSocket(AF_UNIX)
    #expect(options.apply(to: socket.descriptor, isTCP: false) == nil)
    #expect(value(socket, SOL_SOCKET, SO_SNDBUF) == 16_384)
  }
}
