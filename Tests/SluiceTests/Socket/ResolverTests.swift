import SluiceTesting
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

struct ResolverTests {
  @Test(arguments: [
    (IPVersions.both, ["::1", "127.0.0.1"]), (.v4, ["127.0.0.1"]), (.v6, ["::1"]),
  ])
  func `localhost is this machine, and needs no thread`(versions: IPVersions, hosts: [String]) throws {
    try inVirtualTime { base in
      let resolver = SystemResolver()
      var answer: ResolverAnswer?
      _ = resolver.resolve(try HostName("LOCALHOST."), versions, on: base) { answer = $0 }
      #expect(answer == nil)
      try base.run()
      #expect(try answer?.result.get().map(\.host) == hosts)
      #expect(answer?.versions == versions)
      resolver.resolve(try HostName("localhost"), versions, on: base) { _ in Issue.record("cancelled") }.cancel()
      try base.run()
      #expect(resolver.pool.counts.threads == 0)
    }
  }

  @Test func `the system's resolver gives the addresses of a name in its hosts file`() throws {
    let addresses = try Question(name: try HostName("localhost"), versions: .v4).ask().get()
    #expect(addresses.map(\.description) == ["127.0.0.1:0"])
  }

  @Test func `codes of the system become words that say what to do`() {
    #expect(ResolverError(code: EAI_NONAME, errno: 0) == .noSuchName)
    #expect(ResolverError(code: ResolverError.noData, errno: 0) == .noAddress)
    #expect(ResolverError(code: EAI_AGAIN, errno: 0) == .unavailable)
    #expect(ResolverError(code: EAI_FAIL, errno: 0) == .refused)
    #expect(ResolverError(code: EAI_SYSTEM, errno: EMFILE) == .system(code: EMFILE))
    #expect(ResolverError(code: EAI_MEMORY, errno: 0) == .system(code: ENOMEM))
    #expect(ResolverError(code: EAI_BADFLAGS, errno: 0).description == "Bad value for ai_flags")
    #expect(ResolverError.unavailable.description.contains("/etc/resolv.conf"))
  }

  @Test func `an endpoint is resolved to addresses with its port`() throws {
    try inVirtualTime { base in
      let resolver = StubResolver([
        "both.test": [
          try .found("192.0.2.1", for: .v4, after: .milliseconds(1)),
          try .found("2001:db8::1", for: .v6, after: .milliseconds(2)),
        ],
        "half.test": [.failed(.unavailable, for: .v6), try .found("192.0.2.1", for: .v4, after: .milliseconds(2))],
        "none.test": [.failed(.noSuchName)],
        "down.test": [.failed(.unavailable, for: .v6), .failed(.noAddress, for: .v4)],
        "empty.test": [.found([])],
      ])
      var answers: [String] = []
      for text in [
        "both.test:1", "half.test:2", "none.test:3", "down.test:6", "empty.test:4", "127.0.0.1:5", "unix:/p",
      ] {
        base.resolve(try Endpoint(text), with: resolver) { result in
          switch result {
          case .success(let addresses): answers.append("\(text) \(addresses.map(\.description))")
          case .failure(let error): answers.append("\(text) \(error)")
          }
        }
        base.resolve(try Endpoint(text), with: resolver) { _ in Issue.record("cancelled") }.cancel()
      }
      #expect(answers == [])
      try base.run()
      #expect(
        answers.sorted() == [
          #"127.0.0.1:5 ["127.0.0.1:5"]"#, #"both.test:1 ["192.0.2.1:1", "[2001:db8::1]:1"]"#,
          "down.test:6 \(ResolverError.unavailable)", "empty.test:4 \(ResolverError.noAddress)",
          #"half.test:2 ["192.0.2.1:2"]"#,
          "none.test:3 \(ResolverError.noSuchName)", #"unix:/p ["unix:/p"]"#,
        ])
    }
  }
}
