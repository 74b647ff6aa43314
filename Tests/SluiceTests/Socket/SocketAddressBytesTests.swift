import Testing

@testable import Sluice

struct SocketAddressBytesTests {
  @Test(arguments: [
    ("192.0.2.7:80", [192, 0, 2, 7]), ("0.0.0.0:0", [0, 0, 0, 0]),
    ("[::1]:443", [UInt8](repeating: 0, count: 15) + [1]),
    ("[2001:db8::ff00:42:8329]:65535", [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42, 0x83, 0x29]),
    ("[::ffff:192.0.2.7]:1", [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 192, 0, 2, 7]),
  ]) func `an address is made of its bytes and a port, and gives them`(text: String, bytes: [UInt8]) throws {
    let address = try #require(SocketAddress(text))
    #expect(address.ipBytes == bytes)
    #expect(SocketAddress(ipBytes: bytes, port: try #require(address.port)) == address)
  }

  @Test(arguments: [0, 3, 5, 15, 17]) func `other numbers of bytes make no address`(count: Int) {
    #expect(SocketAddress(ipBytes: [UInt8](repeating: 1, count: count), port: 1) == nil)
  }

  @Test(arguments: ["unix:/tmp/socket", "unix:@name"]) func `a Unix socket has no such bytes`(text: String) {
    #expect(SocketAddress(text)?.ipBytes == nil)
  }
}
