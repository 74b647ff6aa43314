extension EventBase {
  /// Finds the addresses that an endpoint stands for, with its port: what a listener at a name needs. Connections do it by
  /// themselves. libevent: `evdns_getaddrinfo`.
  ///
  /// - Parameters:
  ///   - endpoint: a name, or an address, which is its own answer.
  ///   - versions: the kinds of addresses that are wanted of a name.
  ///   - resolver: who looks names up.
  ///   - tell: called once, from the loop, with at least one address, or why there is none.
  /// - Returns: the request, by which it can be cancelled; it may be dropped.
  @discardableResult
  public func resolve(
    _ endpoint: Endpoint, _ versions: IPVersions = .both, with resolver: any Resolver = SystemResolver.shared,
    _ tell: @escaping (Result<[SocketAddress], ResolverError>) -> Void
  ) -> ResolverRequest {
    guard case .name(let name, let port) = endpoint else {
      var tell: ((Result<[SocketAddress], ResolverError>) -> Void)? = tell
      if case .address(let address) = endpoint { `defer` { tell?(.success([address])) } }
      return ResolverRequest { tell = nil }
    }
    var unanswered = versions
    var found: [SocketAddress] = []
    var failure = ResolverError.noAddress
    return resolver.resolve(name, versions, on: self) { answer in
      switch answer.result {
      case .success(let addresses): found += addresses.map { $0.withPort(port) }
      // That there is no address says less than anything else.
      case .failure(let error): if failure == .noAddress { failure = error }
      }
      unanswered.subtract(answer.versions)
      if unanswered.isEmpty { tell(found.isEmpty ? .failure(failure) : .success(found)) }
    }
  }
}
