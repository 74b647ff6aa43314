import Synchronization

@testable import Sluice

/// A resolver that answers by script, on the base's own clock.
final class StubResolver: Resolver {
  /// An answer, and when it comes.
  struct Line: Sendable {
    var versions = IPVersions.both
    var delay = Duration.zero
    let result: Result<[SocketAddress], ResolverError>

    /// Addresses, with the milliseconds that they take.
    static func found(_ hosts: [String], for versions: IPVersions = .both, after milliseconds: Int = 0) -> Line {
      Line(versions: versions, delay: .milliseconds(milliseconds), result: .success(addresses(hosts)))
    }

    static func failed(
      _ error: ResolverError, for versions: IPVersions = .both, after milliseconds: Int = 0
    ) -> Line {
      Line(versions: versions, delay: .milliseconds(milliseconds), result: .failure(error))
    }
  }

  private let script: [String: [Line]]
  private let counts = Mutex((asked: 0, cancelled: 0))

  /// Names that stand in no line are never answered.
  init(_ script: [String: [Line]] = [:]) { self.script = script }

  var asked: Int { counts.withLock { $0.asked } }
  var cancelled: Int { counts.withLock { $0.cancelled } }

  func resolve(
    _ name: HostName, _ versions: IPVersions, on base: EventBase, _ tell: @escaping (ResolverAnswer) -> Void
  ) -> ResolverRequest {
    counts.withLock { $0.asked += 1 }
    let timers = (script[name.description] ?? []).map { line in
      base.schedule(after: line.delay) { tell(ResolverAnswer(line.versions, line.result)) }
    }
    return ResolverRequest { [self] in
      counts.withLock { $0.cancelled += 1 }
      for timer in timers { timer.cancel() }
    }
  }
}

/// Addresses, with port 0.
func addresses(_ hosts: [String]) -> [SocketAddress] { hosts.map { address($0) } }

/// An address, with port 0; a host that is none is a Unix socket of that name.
func address(_ host: String) -> SocketAddress {
  SocketAddress.numeric(host[...], port: 0) ?? SocketAddress(.unix(host))
}
