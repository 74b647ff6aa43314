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

  private static let longPath = "unix:/" + String(repeating: "a", count: 107)

  private func problem(_ text: String, at site: Site = .listener) -> DescriptionError? {
    do throws(DescriptionError) {
      _ = try registry.chain(text, at: site)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("localhost:8080", Address.network(host: "localhost", port: 8080), "localhost:8080"),
    ("127.0.0.1:0 | pass", .network(host: "127.0.0.1", port: 0), "127.0.0.1:0 | pass"),
    ("[::1]:80|pass|pass", .network(host: "::1", port: 80), "[::1]:80 | pass | pass"),
    (":65535", .network(host: "", port: 65_535), ":65535"),
    ("unix:/run/a.sock", .unix("/run/a.sock"), "unix:/run/a.sock"),
    ("'unix:/run/a b.sock' | pass", .unix("/run/a b.sock"), "unix:/run/a b.sock | pass"),
    ("unix:@name", .unix("@name"), "unix:@name"),
    ("fd:3", .descriptor(3), "fd:3"),
    ("stdio", .standardStreams, "stdio"),
    ("-", .standardStreams, "stdio"),
    ("mem", .memory(""), "mem"),
    ("mem:a", .memory("a"), "mem:a"),
  ])
  func `an address comes first and filters follow`(_ text: String, _ address: Address, _ meaning: String) throws {
    let chain = try registry.chain(text, at: .listener)
    #expect(chain.address == address)
    #expect(chain.description == meaning)
  }

  @Test(arguments: [
    ("", "", "the description is empty", "an address comes first"),
    ("| pass", "|", "expected an address", "an address comes first"),
    ("pass | pass", "pass", "has no port", "pass is a filter; the address comes first: localhost:8080 | pass"),
    ("8080", "8080", "has no port", "write :8080"),
    ("localhost", "localhost", "has no port", "write localhost:443"),
    ("localhost:http", "localhost:http", "\"http\" is no port", "0 to 65535"),
    ("localhost:65536", "localhost:65536", "is no port", "0 to 65535"),
    ("localhost:+1", "localhost:+1", "is no port", "0 to 65535"),
    ("::1:80", "::1:80", "more than one colon", "[::1]:80"),
    ("[localhost]:80", "[localhost]:80", "no IPv6 address", "[IPV6]:PORT"),
    ("unix:", "unix:", "names no path", "unix:/run"),
    (longPath, longPath, "107 bytes", "shorter"),
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
