public import Sluice

/// Why a limit, or its use, was refused. Nothing was changed.
public enum RateLimitError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A rate of 0 or less: nothing would ever move. To stop a stream, disable it.
  case rateNotPositive(ByteRate)
  /// The burst is less than what one refill brings, so the rate could not be kept.
  case burstBelowRate(ByteCount, needed: ByteCount, tick: Duration?)
  /// A tick shorter than a millisecond, or longer than a day.
  case tickOutOfBounds(Duration)
  /// The limiter is on another event already: it holds the state of one.
  case limiterInUse
  /// It is in a group already.
  case alreadyInGroup
  /// The group lives on another base.
  case otherBase
  /// The group was closed.
  case groupClosed
  /// The group would be part of itself.
  case groupWithinItself
  /// The limit could not be put on the event.
  case stack(StackError)

  /// The error in words, with what to do about it.
  public var description: String {
    switch self {
    case .rateNotPositive(let rate): "a rate of \(rate) moves nothing: give at least 1B/s, or disable the direction"
    case .burstBelowRate(let burst, let needed, let tick):
      "a burst of \(burst) is less than what \(tick.map { "a tick of \($0)" } ?? "a millisecond") brings: give at least \(needed)"
    case .tickOutOfBounds(let tick): "a tick of \(tick) is not between a millisecond and a day"
    case .limiterInUse: "the limiter is on an event already: make one for each event, and share limits through a group"
    case .alreadyInGroup: "it is in a group already: take it out with leaveGroup() first"
    case .otherBase: "the group lives on another base: a group shares one loop and one clock"
    case .groupClosed: "the group was closed: make another"
    case .groupWithinItself: "the group would be part of itself"
    case .stack(let error): "\(error)"
    }
  }
}
