public import Sluice

/// Two ends joined by something that behaves like a network: latency, bandwidth, segments, a window; on the base's clock, and
/// from a seed. In virtual time the same seed gives the same bytes at the same instants each time.
///
/// ```swift
/// let base = EventBase(clock: .virtual)
/// let link = SimulatedLink(on: base, LinkConditions(latency: .milliseconds(40), segment: 1_460))
/// let (client, server) = link.makeEnds()
/// ```
///
/// The ends behave as the halves of a pair do, only later: `finish()` and `close()` are seen behind the data, `abort()` is a
/// reset that overtakes the bytes under way, and a closed end has the other one's writes refused once that has heard of it.
/// Nothing is lost but by an end that closes.
public final class SimulatedLink {
  /// What the direction from the first end to the second is like from now on; what is under way keeps its time.
  public var conditions: LinkConditions {
    get { forth.conditions }
    set { forth.conditions = newValue }
  }
  /// As `conditions`, from the second end to the first.
  public var conditionsBack: LinkConditions {
    get { back.conditions }
    set { back.conditions = newValue }
  }
  /// Whether the link is down: what is under way stays there, and comes when it is up again. Nobody is told.
  public var isDown = false {
    didSet {
      guard isDown != oldValue else { return }
      forth.isDown = isDown
      back.isDown = isDown
    }
  }

  private let base: EventBase
  private let forth: LinkLane
  private let back: LinkLane

  /// A link that joins nothing yet.
  ///
  /// - Parameters:
  ///   - base: whose clock it goes by.
  ///   - conditions: what both directions are like, where `back` is not given.
  ///   - back: what the direction from the second end to the first is like.
  ///   - seed: what random times and lengths follow from.
  public init(
    on base: EventBase, _ conditions: LinkConditions = LinkConditions(), back: LinkConditions? = nil, seed: UInt64 = 0
  ) {
    self.base = base
    forth = LinkLane(base, conditions, seed: seed)
    self.back = LinkLane(base, back ?? conditions, seed: ~seed)
  }

  /// The two ends. To be called once: a second pair of ends would share what is under way.
  public func makeEnds() -> (BufferEvent, BufferEvent) {
    let left = LinkEnd(name: "first end of a simulated link", outgoing: forth, incoming: back)
    let right = LinkEnd(name: "second end of a simulated link", outgoing: back, incoming: forth)
    return (left.makeEvent(on: base), right.makeEvent(on: base))
  }
}

@available(*, unavailable, message: "a link stays on its base's thread")
extension SimulatedLink: Sendable {}
