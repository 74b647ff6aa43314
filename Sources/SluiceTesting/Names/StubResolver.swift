public import Sluice
import Synchronization

/// A resolver that answers by script, on the clock of the base that asks: at once or late, for each version of IP by itself, with
/// failures, or never. A name that is not in the script is never answered.
///
/// ```swift
/// var options = ConnectOptions()
/// options.resolver = StubResolver([
///   "example.test": [try .found("192.0.2.1", for: .v4), try .found("2001:db8::1", for: .v6, after: .milliseconds(30))],
///   "gone.test": [.failed(.noSuchName)],
/// ])
/// ```
public final class StubResolver: Resolver {
  /// An answer, and when it comes.
  public struct Line: Sendable {
    let answer: ResolverAnswer
    let delay: Duration

    /// Addresses, without ports.
    ///
    /// - Throws: `AddressError` where a host is no address.
    public static func found(
      _ hosts: String..., for versions: IPVersions = .both, after delay: Duration = .zero
    ) throws(AddressError) -> Line {
      var addresses: [SocketAddress] = []
      for host in hosts {
        guard case .address(let address) = try Endpoint(host: host, port: 0) else { continue }
        addresses.append(address)
      }
      return .found(addresses, for: versions, after: delay)
    }

    /// Addresses, whose ports do not count.
    public static func found(
      _ addresses: [SocketAddress], for versions: IPVersions = .both, after delay: Duration = .zero
    ) -> Line {
      Line(answer: ResolverAnswer(versions, .success(addresses)), delay: delay)
    }

    /// A failure.
    public static func failed(
      _ error: ResolverError, for versions: IPVersions = .both, after delay: Duration = .zero
    ) -> Line {
      Line(answer: ResolverAnswer(versions, .failure(error)), delay: delay)
    }
  }

  private let script: [String: [Line]]
  private let notes = Mutex((asked: [String](), cancelled: [String]()))

  /// A resolver that knows what is in `script`: the lines of each name.
  public init(_ script: [String: [Line]] = [:]) { self.script = script }

  /// The names that were asked for, in that order.
  public var asked: [String] { notes.withLock { $0.asked } }

  /// The names whose requests were cancelled before their last answer, in that order.
  public var cancelled: [String] { notes.withLock { $0.cancelled } }

  /// Tells the lines of `name`, each at its time.
  public func resolve(
    _ name: HostName, _ versions: IPVersions, on base: EventBase, _ tell: @escaping (ResolverAnswer) -> Void
  ) -> ResolverRequest {
    let name = name.description
    notes.withLock { $0.asked.append(name) }
    let timers = (script[name] ?? []).map { line in
      base.schedule(after: line.delay) { tell(line.answer) }
    }
    return ResolverRequest { [self] in
      guard timers.isEmpty || timers.contains(where: \.isArmed) else { return }
      notes.withLock { $0.cancelled.append(name) }
      for timer in timers { timer.cancel() }
    }
  }
}
