/// The system's own resolver (`getaddrinfo`), on a few threads that all loops of the process share.
///
/// No loop blocks. Threads are started as names come, and end when none is left. Loops that ask for the same name at the same
/// time wait for one answer; nothing is kept beyond that. `localhost` needs no thread: it is this machine (RFC 6761).
///
/// On a base with a virtual clock, time stands still until the answer is there. libevent: `evdns_getaddrinfo`, or
/// `evutil_getaddrinfo`, which blocks.
public final class SystemResolver: Resolver {
  /// The one that connections use unless they are given another: 4 threads, and up to 1,024 names that wait for one.
  public static let shared = SystemResolver()

  let pool: LookUpPool

  /// A resolver with threads of its own.
  ///
  /// - Parameters:
  ///   - threads: how many names are looked up at once, at least 1. A name whose servers do not answer holds one up for half a
  ///     minute.
  ///   - waiting: how many names may wait for a thread; more are answered with `ResolverError.busy`.
  public init(threads: Int = 4, waiting: Int = 1024) {
    pool = LookUpPool(mostThreads: threads, mostWaiting: waiting) { $0.ask() }
  }

  init(pool: LookUpPool) { self.pool = pool }

  /// Looks up `name`, as the protocol says, and tells one answer for all versions.
  public func resolve(
    _ name: HostName, _ versions: IPVersions, on base: EventBase, _ tell: @escaping (ResolverAnswer) -> Void
  ) -> ResolverRequest {
    if name.isLocalhost { return answerLocalhost(versions, on: base, tell) }
    let question = Question(name: name, versions: versions)
    let reply = base.reply { (answer: LookUpPool.Answer) in tell(ResolverAnswer(versions, answer)) }
    pool.submit(question, reply)
    return ResolverRequest { [pool] in
      pool.withdraw(question, reply)
      base.withdraw(reply)
    }
  }

  private func answerLocalhost(
    _ versions: IPVersions, on base: EventBase, _ tell: @escaping (ResolverAnswer) -> Void
  ) -> ResolverRequest {
    var tell: ((ResolverAnswer) -> Void)? = tell
    let addresses = [SocketAddress.loopbackIPv6(), .loopback()].filter { versions.contains($0.ipVersion ?? []) }
    base.defer { tell?(ResolverAnswer(versions, addresses.isEmpty ? .failure(.noAddress) : .success(addresses))) }
    return ResolverRequest { tell = nil }
  }
}
