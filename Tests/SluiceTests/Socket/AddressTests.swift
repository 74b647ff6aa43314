import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

extension SocketAddress {
  /// The address after it was in the system's form.
  var throughSystem: SocketAddress? {
    withSystemAddress { pointer, length in
      var storage = sockaddr_storage()
      withUnsafeMutableBytes(of: &storage) {
        $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
      }
      return SocketAddress(storage, length: length)
    }
  }
}

struct AddressTests {
  @Test(arguments: [
    ("127.0.0.1:80", "127.0.0.1:80"), ("255.255.255.255:65535", "255.255.255.255:65535"), (":8080", "0.0.0.0:8080"),
    ("[::1]:80", "[::1]:80"), ("[::]:0", "[::]:0"), ("[2001:DB8:0:0::0001]:443", "[2001:db8::1]:443"),
    ("[::ffff:1.2.3.4]:5", "[::ffff:1.2.3.4]:5"), ("[fe80::1%lo]:80", "[fe80::1%lo]:80"),
    ("[fe80::1%1]:80", "[fe80::1%lo]:80"), ("[fe80::1%4000000000]:80", "[fe80::1%4000000000]:80"),
    ("unix:/run/x.sock", "unix:/run/x.sock"), ("unix:relative", "unix:relative"), ("unix:@name", "unix:@name"),
    ("unix:/with space/\u{fc}", "unix:/with space/\u{fc}"),
  ])
  func `an address is read from its text, written as text, and kept by the system`(text: String, canonical: String)
    throws
  {
    let address = try #require(SocketAddress(text))
    #expect(address.description == canonical)
    #expect(SocketAddress(canonical) == address)
    #expect(address.throughSystem == address)
  }

  @Test(arguments: [
    "", ":", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:+80", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:000080",
    "127.0.0.1:80 ", " 127.0.0.1:80", "127.0.0.1:8\u{661}", "127.1:80", "0x7f.0.0.1:80", "01.2.3.4:80", "1.2.3:4",
    "127.0.0.1\0:80", "127.0.0.1\0.example.test:80", "localhost:80", "::1:80", "[::1]", "[::1", "::1]:80", "[::1]80",
    "[]:80", "[:80", "]:80", "[127.0.0.1]:80", "[::1%]:80", "[::1%no-such-interface]:80", "[::1%0]:80", "[::1\0]:80",
    "[::1%1%1]:80", "[[::1]]:80", "[::1]:[::1]:80", "unix:", "unix:@", "unix:/a\0b", "unix:/a\nb",
  ])
  func `what is no address is none, and nothing is read past its end`(text: String) {
    #expect(SocketAddress(text) == nil)
  }

  @Test func `texts that are far too long are no addresses`() {
    #expect(SocketAddress("unix:/" + String(repeating: "a", count: 107)) == nil)
    #expect(SocketAddress("[" + String(repeating: "1", count: 100_000) + "]:80") == nil)
    #expect(SocketAddress(String(repeating: "1.", count: 100_000) + ":80") == nil)
    #expect(SocketAddress("127.0.0.1:" + String(repeating: "1", count: 100_000)) == nil)
    #expect(SocketAddress("[::1%" + String(repeating: "a", count: 100_000) + "]:80") == nil)
  }

  @Test func `an address tells its parts`() throws {
    let v4 = SocketAddress.loopback(port: 7)
    let v6 = SocketAddress.loopbackIPv6(port: 8)
    let unix = try SocketAddress.unix(path: "/p")
    #expect((v4.port, v4.host, v4.ipVersion, v4.isLoopback) == (7, "127.0.0.1", .v4, true))
    #expect((v6.port, v6.host, v6.ipVersion, v6.isLoopback) == (8, "::1", .v6, true))
    #expect((unix.port, unix.host, unix.ipVersion, unix.isLoopback) == (nil, nil, nil, true))
    #expect(v4.withPort(9).description == "127.0.0.1:9")
    #expect(v6.withPort(9).description == "[::1]:9")
    #expect(unix.withPort(9) == unix)
    #expect(SocketAddress("[fe80::1%lo]:80")?.withPort(1).description == "[fe80::1%lo]:1")
    #expect(SocketAddress("[fe80::1%lo]:80")?.host == "fe80::1%lo")
    #expect(SocketAddress("[::ffff:127.9.9.9]:80")?.isLoopback == true)
    #expect(SocketAddress("192.0.2.1:80")?.isLoopback == false)
    #expect(SocketAddress("[2001:db8::1]:80")?.isLoopback == false)
  }

  @Test func `the longest path of a Unix socket is 107 bytes, and a longer one is refused, not cut off`() throws {
    let longest = "/" + String(repeating: "p", count: 106)
    #expect(try SocketAddress.unix(path: longest).throughSystem == .unix(path: longest))
    #expect(try SocketAddress.unix(abstract: longest).throughSystem == .unix(abstract: longest))
    #expect(throws: AddressError(.longPath(bytes: 108, most: 107), in: longest + "x")) {
      try SocketAddress.unix(path: longest + "x")
    }
    #expect(throws: AddressError(.longPath(bytes: 108, most: 107), in: longest + "x")) {
      try SocketAddress.unix(abstract: longest + "x")
    }
    #expect(throws: AddressError(.emptyPath, in: "")) { try SocketAddress.unix(path: "") }
    #expect(throws: AddressError(.emptyPath, in: "")) { try SocketAddress.unix(abstract: "") }
    #expect(throws: AddressError(.badByte(0), in: "a\0b")) { try SocketAddress.unix(path: "a\0b") }
  }

  @Test func `a path that begins as a name does is written as the path that it is`() throws {
    let address = try SocketAddress.unix(path: "@here")
    #expect(address.description == "unix:./@here")
    #expect(SocketAddress("\(address)") == (try .unix(path: "./@here")))
  }

  @Test func `a path with control characters does not break the line it is written in`() throws {
    #expect(try SocketAddress.unix(path: "/a\nb\u{7f}").description == #"unix:/a\nb\u{7F}"#)
  }

  @Test func `what the system gives is read no further than it goes`() {
    var storage = sockaddr_storage()
    storage.ss_family = sa_family_t(AF_INET)
    #expect(SocketAddress(storage, length: 2) == nil)
    storage.ss_family = sa_family_t(AF_INET6)
    #expect(SocketAddress(storage, length: 16) == nil)
    storage.ss_family = sa_family_t(AF_UNIX)
    #expect(SocketAddress(storage, length: 0)?.description == "unix:(unnamed)")
    #expect(SocketAddress(storage, length: 2)?.description == "unix:(unnamed)")
    #expect(SocketAddress(storage, length: 100_000) != nil)
    storage.ss_family = sa_family_t(AF_NETLINK)
    #expect(SocketAddress(storage, length: 28) == nil)
  }
}
