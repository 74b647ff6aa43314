/// What one direction of a simulated link is like.
public struct LinkConditions: Equatable, Sendable {
  /// How long each byte is under way; less than nothing counts as nothing.
  public var latency: Duration
  /// How much longer it may be, at random; the order stays.
  public var jitter: Duration
  /// Bytes a second; nil for as many as come.
  public var bandwidth: Int?
  /// The longest piece in which bytes are brought, each in a round of the loop of its own, as by the segments of a connection;
  /// nil where all that comes at one time is one piece. Pieces are full, but for the last of what was there to send.
  public var segment: Int?
  /// Whether the lengths of segments are random, up to `segment`.
  public var variesSegments: Bool
  /// The most bytes that are under way, or wait for the other end to take them; at least 1. What is more stays with the writer.
  public var window: Int

  /// A direction that is as fast as a pair, where nothing is given.
  public init(
    latency: Duration = .zero, jitter: Duration = .zero, bandwidth: Int? = nil, segment: Int? = nil,
    variesSegments: Bool = false, window: Int = 262_144
  ) {
    (self.latency, self.jitter, self.bandwidth) = (latency, jitter, bandwidth)
    (self.segment, self.variesSegments, self.window) = (segment, variesSegments, window)
  }
}
