public import Sluice

extension BufferEvent {
  /// Puts a limit on this event, and returns the event that stands on the two; rules as for `filtered(by:)`.
  ///
  /// Reading stops below when the bucket is empty, so that the other end feels it, and writing above it, so that memory stays
  /// bounded. Timeouts do not count while a limit holds a direction back. `flush(.flush)` passes everything at once, and the
  /// bucket pays that back. `finish()` and `close()` keep the rate for what still waits. An error or `abort()` throws it away.
  /// libevent: `bufferevent_set_rate_limit`, on sockets only.
  ///
  /// - Parameters:
  ///   - limit: what is allowed.
  ///   - closingUnderlying: false leaves this event open when the new one is gone.
  /// - Returns: the event on top.
  /// - Throws: `RateLimitError.stack` where a filter stands here already, or the event is closed.
  public func limited(
    by limit: RateLimit, closingUnderlying: Bool = true
  ) throws(RateLimitError) -> BufferEvent {
    try limited(by: RateLimiter(limit), closingUnderlying: closingUnderlying)
  }

  /// Puts a limit on this event that it shares with the members of a group.
  ///
  /// - Throws: as the others, and where the group lives on another base or is closed.
  public func limited(
    by group: RateLimitGroup, closingUnderlying: Bool = true
  ) throws(RateLimitError) -> BufferEvent {
    let limiter = RateLimiter()
    try limiter.join(group)
    return try limited(by: limiter, closingUnderlying: closingUnderlying)
  }

  /// Puts a limit on this event that the application keeps in its hands, to change it, look at it, and have it join groups.
  ///
  /// - Throws: as the others, and where the limiter is on an event already.
  public func limited(
    by limiter: RateLimiter, closingUnderlying: Bool = true
  ) throws(RateLimitError) -> BufferEvent {
    let group = limiter.group
    let filter = try RateFilter(limiter, on: self)
    do {
      return try filtered(by: filter, closingUnderlying: closingUnderlying)
    } catch {
      // The filter is gone again, and let go of the limiter: it is as it was.
      if let group { try limiter.join(group) }
      throw .stack(error)
    }
  }
}

extension Stack {
  /// This stack with a limit on top: each event it is put on gets buckets of its own.
  public func limited(by limit: RateLimit) -> Stack { adding(layer: { try $0.limited(by: limit) }) }

  /// This stack with a limit on top that all events it is put on share.
  public func limited(by group: RateLimitGroup) -> Stack { adding(layer: { try $0.limited(by: group) }) }
}
