import Testing

@testable import Sluice

struct EndpointTests {
  @Test func `an endpoint is an address, or a name with a port`() throws {
    #expect(try Endpoint("localhost:8080") == .name(HostName("localhost"), port: 8080))
    #expect(try Endpoint("a-b.example_1.test.:0") == .name(HostName("a-b.example_1.test."), port: 0))
    #expect(try Endpoint("127.0.0.1:1") == .address(.loopback(port: 1)))
    #expect(try Endpoint("[::1]:1") == .address(.loopbackIPv6(port: 1)))
    #expect(try Endpoint(":80").description == "0.0.0.0:80")
    #expect(try Endpoint("unix:@n") == .address(.unix(abstract: "n")))
    #expect(try Endpoint("unix:/p:80") == .address(.unix(path: "/p:80")))
    let endpoint = try Endpoint("example.test:443")
    #expect((endpoint.host, endpoint.port, endpoint.description) == ("example.test", 443, "example.test:443"))
    #expect(try Endpoint("[::1]:1").host == "::1")
    #expect(try Endpoint("unix:/p").port == nil)
  }

  @Test func `an endpoint is made of a host and a port`() throws {
    #expect(try Endpoint(host: "example.test", port: 1) == Endpoint("example.test:1"))
    #expect(try Endpoint(host: "127.0.0.1", port: 1) == Endpoint("127.0.0.1:1"))
    #expect(try Endpoint(host: "::1", port: 1) == Endpoint("[::1]:1"))
    #expect(try Endpoint(host: "fe80::1%lo", port: 1) == Endpoint("[fe80::1%lo]:1"))
    #expect(throws: AddressError(.empty, in: "")) { try Endpoint(host: "", port: 1) }
    for host in ["[::1]", "[example.test]", "["] {
      #expect(throws: AddressError(.needlessBracket, in: host)) { try Endpoint(host: host, port: 1) }
    }
    #expect(
      AddressError(.needlessBracket, in: "[::1]").description
        == "\"[::1]\": a host that is given apart from its port stands without brackets;"
        + " give the name or the address alone, such as ::1")
    #expect(AddressError(.notIPv6("fe::g"), in: "fe::g").reason == "\"fe::g\" is no IPv6 address")
    #expect(throws: AddressError(.notIPv4("1.2.3"), in: "1.2.3")) { try Endpoint(host: "1.2.3", port: 1) }
  }

  @Test(
    arguments: [
      ("", .empty), ("example.test", .noPort), ("example.test:", .noPort), ("[::1]", .noPort),
      ("localhost:http", .badPort("http")), ("localhost:+1", .badPort("+1")), ("localhost:65536", .badPort("65536")),
      ("::1:80", .noBrackets), ("http://a:80", .noBrackets), ("[::1:80", .openBracket), ("[::1]80", .openBracket),
      ("[::g]:80", .notIPv6("::g")), ("[]:80", .notIPv6("")), ("[::1%nope]:80", .unknownZone("nope")),
      ("1.2.3.256:80", .notIPv4("1.2.3.256")), ("127.1:80", .notIPv4("127.1")), ("a.0x1f:80", .notIPv4("a.0x1f")),
      ("a b:80", .badCharacter(" ")), ("b\u{fc}cher.test:80", .badCharacter("\u{fc}")),
      ("a\0b:80", .badCharacter("\0")),
      ("a..b:80", .badLabel("")), (".a:80", .badLabel("")), (".:80", .badLabel("")),
      ("unix:", .emptyPath), ("unix:@", .emptyPath), ("unix:/a\tb", .badByte(9)),
    ] as [(String, AddressError.Problem)])
  func `an error says what is wrong in the text`(text: String, problem: AddressError.Problem) {
    #expect(throws: AddressError(problem, in: text)) { try Endpoint(text) }
  }

  @Test func `names are as long as DNS takes them`() throws {
    let label = String(repeating: "a", count: 63)
    let longest = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
    #expect(try HostName(longest).description.utf8.count == 253)
    #expect(try HostName(longest + ".").description.utf8.count == 254)
    #expect(throws: AddressError(.longName(bytes: 254), in: longest + "a")) { try HostName(longest + "a") }
    #expect(throws: AddressError(.badLabel(label + "a"), in: label + "a")) { try HostName(label + "a") }
  }

  @Test func `an error is one line that says what is accepted`() {
    #expect(
      AddressError(.badPort("x\n"), in: "a:x\n").description
        == #""a:x\n": the port is "x\n", and no number from 0 to 65535; accepted are name:port, 127.0.0.1:port, "#
        + "[::1]:port, :port, unix:/path and unix:@name")
    #expect(
      AddressError(.longPath(bytes: 200, most: 107), in: "/p").description
        == #""/p": the path has 200 bytes, and a Unix socket's address holds 107; use a shorter path, or one "#
        + "relative to the working directory")
    let long = AddressError(.noPort, in: String(repeating: "a", count: 1_000_000)).description
    #expect(long.utf8.count < 300)
  }

  @Test func `localhost is this machine, whatever its case and what stands before it`() throws {
    for name in ["localhost", "LocalHost.", "a.localhost"] { #expect(try HostName(name).isLocalhost) }
    for name in ["localhost.test", "notlocalhost"] { #expect(try !HostName(name).isLocalhost) }
  }
}
