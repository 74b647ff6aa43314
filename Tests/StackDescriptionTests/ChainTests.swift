import Sluice
import Testing

@testable import StackDescription

@Suite struct `Chains` {
  /// Filters of which two share a name, and differ by where they stand.
  private var registry: FilterRegistry {
    FilterRegistry([
      FilterKind("pass", "passes everything on") { Layer { Recorder() } },
      FilterKind("tls", at: [.listener], "serves", Parameter.text("cert", form: "PATH", "what to show")) { binding, _ in
        #expect(binding.site == .listener)
        var layer = Layer { Recorder() }
        layer.isSecuring = true
        layer.notes = ["good for ever"]
        return layer
      },
      FilterKind(
        "tls", at: [.target], "connects", Parameter.text("host", "whom to expect").optional(),
        Parameter.integer("tries", in: 1...9, "how often").optional()
      ) { binding, host, tries in
        #expect(binding.site == .target)
        #expect(host == nil || host == "a.test")
        return Layer { Recorder() }
      },
    ])
  }

  private func problem(_ text: String, at site: Site = .listener) -> DescriptionError? {
    do throws(DescriptionError) {
      _ = try registry.chain(text, at: site)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("localhost:8080", "localhost:8080"),
    ("127.0.0.1:0 | pass", "127.0.0.1:0 | pass"),
    ("[::1]:80|pass|pass", "[::1]:80 | pass | pass"),
    ("unix:/run/a.sock", "unix:/run/a.sock"),
    ("'unix:/run/a b.sock' | pass", "unix:/run/a b.sock | pass"),
    ("unix:@name", "unix:@name"),
  ])
  func `an endpoint comes first and filters follow`(_ text: String, _ meaning: String) throws {
    let chain = try registry.chain(text, at: .listener)
    let address = try #require(meaning.split(separator: " | ").first.map { String($0) })
    #expect(chain.address == .endpoint(try Endpoint(address)))
    #expect(chain.description == meaning)
  }

  @Test(arguments: [
    (":65535", Address.port(65_535), ":65535"), ("fd:3", .descriptor(3), "fd:3"),
    ("stdio", .standardStreams, "stdio"), ("- | pass", .standardStreams, "stdio | pass"), ("mem", .memory(""), "mem"),
    ("mem:a", .memory("a"), "mem:a"),
  ])
  func `addresses that are no endpoints are told by their form`(_ text: String, _ address: Address, _ meaning: String)
    throws
  {
    let chain = try registry.chain(text, at: .listener)
    #expect(chain.address == address)
    #expect(chain.description == meaning)
  }

  private static let longPath = "unix:/" + String(repeating: "a", count: 107)

  @Test(arguments: [
    ("", "", "the description is empty", "an address comes first"),
    ("| pass", "|", "expected an address", "an address comes first"),
    ("pass | pass", "pass", "the port is missing", "pass is a filter; the address comes first: localhost:8080 | pass"),
    ("8080", "8080", "the port is missing", "write :8080"),
    ("localhost", "localhost", "the port is missing", "write localhost:443"),
    ("localhost:http", "localhost:http", "the port is \"http\"", "HOST:PORT"),
    ("localhost:65536", "localhost:65536", "from 0 to 65535", "HOST:PORT"),
    ("::1:80", "::1:80", "stands in brackets", "[IPV6]:PORT"),
    ("[localhost]:80", "[localhost]:80", "is no IPv6 address", "[IPV6]:PORT"),
    ("unix:", "unix:", "the path is empty", "unix:PATH"),
    (longPath, longPath, "the path has 108 bytes", "unix:PATH"),
    ("fd:x", "fd:x", "names no descriptor", "fd:3"),
    ("fd:-1", "fd:-1", "names no descriptor", "fd:3"),
    ("a:1 b", "b", "behind an address", "put |"),
    ("a:1(x=3)", "(", "takes no arguments", "put |"),
  ])
  func `a mistake in an address is reported at its place`(
    _ text: String, _ place: String, _ words: String, _ hint: String
  ) throws {
    let error = try #require(problem(text))
    #expect(error.place == place)
    #expect(error.message.contains(words), "\(error.message)")
    #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "no hint")")
  }

  @Test func `a name means what it means where the stack stands`() throws {
    let listener = try registry.chain(":1 | tls(a.pem)", at: .listener)
    #expect(listener.stack.isSecuring)
    #expect(
      listener.explanation == """
        tcp :1
          tls  serves
            cert=a.pem  what to show
            good for ever
        """)
    let target = try registry.chain(":1 | tls(a.test, tries=3)", at: .target)
    #expect(!target.stack.isSecuring)
    #expect(target.description == ":1 | tls(host=a.test, tries=3)")
    #expect(try registry.chain(":1 | tls", at: .target).description == ":1 | tls")
    #expect(problem(":1 | tls")?.message == "tls needs cert")
    #expect(problem(":1 | tls(host=a.test)")?.message.contains("no parameter host") == true)
    let loopback = #expect(throws: DescriptionError.self) { try registry.stack("tls", at: .sender) }
    #expect(loopback?.message == "tls cannot stand at a sender")
    #expect(registry.help(for: [.listener, .target]).contains("at a listener: serves"))
    #expect(registry.help(for: [.target]).contains("tls(...)"))
  }

  @Test func `what is read anew for the same place shares what it had`() throws {
    final class Shared {}
    var seen: [Shared] = []
    let registry = FilterRegistry([
      FilterKind("shared", at: [.target], "shares") { binding in
        seen.append(binding.shared { Shared() })
        return Layer { Recorder() }
      }
    ])
    let memory = StackMemory()
    for _ in 0..<2 { _ = try registry.chain("mem | shared | shared", at: .target, sharing: memory) }
    _ = try registry.chain("mem | shared", at: .target)
    #expect(seen[0] === seen[2] && seen[1] === seen[3])
    #expect(seen[0] !== seen[1] && seen[4] !== seen[0])
  }
}
