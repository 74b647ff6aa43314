/// Looks up the addresses of names, without blocking the loop that asks. `SystemResolver` is the usual one; a test scripts its
/// own. libevent: `struct evdns_base`.
///
/// One resolver may serve any number of bases; what work it has for one base comes back to that base's thread.
public protocol Resolver: Sendable {
  /// Looks up `name`, and tells the answer from the loop of `base`, never from inside this call: once for all of `versions`, or
  /// once for each of them, in the order in which they come. Nothing is told after the request was cancelled.
  ///
  /// - Parameters:
  ///   - name: what to look up.
  ///   - versions: the kinds of addresses that are wanted.
  ///   - base: where to tell the answer.
  ///   - tell: what to call with it.
  /// - Returns: the request, by which it can be cancelled. Dropping it cancels nothing.
  func resolve(
    _ name: HostName, _ versions: IPVersions, on base: EventBase, _ tell: @escaping (ResolverAnswer) -> Void
  ) -> ResolverRequest
}

/// What a resolver found out about a name.
public struct ResolverAnswer: Sendable {
  /// The versions that this answers; where there are others, their answer comes by itself.
  public let versions: IPVersions
  /// The addresses, the best one first; their ports mean nothing. Or why there is none.
  public let result: Result<[SocketAddress], ResolverError>

  /// An answer. No addresses are as good as `ResolverError.noAddress`.
  public init(_ versions: IPVersions, _ result: Result<[SocketAddress], ResolverError>) {
    self.versions = versions
    self.result = result
  }
}

/// A look-up that is under way. It stays on its base's thread.
public final class ResolverRequest {
  private var onCancel: (() -> Void)?

  /// A request; `onCancel` is called once, where it is cancelled.
  public init(onCancel: @escaping () -> Void) { self.onCancel = onCancel }

  /// Nothing more is told. Cancelling again does nothing; nor does it after the answer.
  public func cancel() {
    let cancelled = onCancel
    onCancel = nil
    cancelled?()
  }
}

@available(*, unavailable, message: "a request stays on its base's thread")
extension ResolverRequest: Sendable {}
