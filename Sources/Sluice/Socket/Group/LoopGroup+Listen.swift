extension LoopGroup {
  /// Listens at addresses on every loop of the group. A connection stays on the loop that took it. Where the task is cancelled
  /// meanwhile, it goes on.
  ///
  /// A TCP address is bound once for each loop (`SO_REUSEPORT`), and the kernel spreads connections by their addresses and
  /// ports; where the port is 0, all loops have the one that the first was given. A Unix socket cannot be bound twice: the loops
  /// share one queue, from which any loop that is awake takes, so that a loop with little to do takes most.
  /// `options.maximumConnections` holds for each loop by itself.
  /// libevent: an `evconnlistener_new_bind` with `LEV_OPT_REUSEABLE_PORT` on each thread.
  ///
  /// - Parameters:
  ///   - addresses: where to listen: at all of them, on all loops, or nowhere.
  ///   - options: how; `reusePort` is set as needed.
  ///   - onError: called on a loop when taking a connection failed there, as `Listener.onError`.
  ///   - serving: called once on each loop, with its base, before that loop takes its first connection. What it returns is called
  ///     with each connection, as by `EventBase.listen`, and on that loop alone, so that it may hold what belongs to the loop.
  /// - Returns: the listeners of all loops, as one. It may be dropped: the loops keep them until they are closed.
  /// - Throws: `SocketError`, what `serving` throws, or `EventBaseError.stopped`; then no loop listens.
  @discardableResult
  public func listen(
    at addresses: [SocketAddress], options: ListenerOptions = ListenerOptions(),
    onError: (@Sendable (SocketError) -> Void)? = nil,
    serving: @escaping @Sendable (EventBase) throws -> (BufferEvent, SocketAddress?) -> Void
  ) async throws -> GroupListener {
    var options = options
    if loops.count > 1 { options.reusePort = true }
    let opening = GroupOpening(options, onError)
    do {
      let (bound, shared) = try await loops[0].run { base in
        try opening.bind(addresses, on: base, try serving(base))
      }
      for loop in loops.dropFirst() {
        try await loop.run { base in try opening.join(bound, shared, on: base, try serving(base)) }
      }
      return GroupListener(loops, number: opening.number, addresses: bound)
    } catch {
      GroupListener(loops, number: opening.number, addresses: []).close()
      throw error
    }
  }

  /// Listens at one address on every loop, as `listen(at:options:onError:serving:)` does at several.
  @discardableResult
  public func listen(
    at address: SocketAddress, options: ListenerOptions = ListenerOptions(),
    onError: (@Sendable (SocketError) -> Void)? = nil,
    serving: @escaping @Sendable (EventBase) throws -> (BufferEvent, SocketAddress?) -> Void
  ) async throws -> GroupListener {
    try await listen(at: [address], options: options, onError: onError, serving: serving)
  }
}
