/// The two directions of a stream, seen from one end. libevent: `EV_READ`, `EV_WRITE`.
public struct Directions: OptionSet, Sendable, CustomStringConvertible {
  /// The bits.
  public let rawValue: UInt8

  /// A set made of bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// From the other end to this one.
  public static let read = Directions(rawValue: 1)
  /// From this end to the other.
  public static let write = Directions(rawValue: 2)
  /// Both of them.
  public static let both: Directions = [.read, .write]

  /// `reading`, `writing`, both or neither.
  public var description: String {
    switch self {
    case .both: "reading and writing"
    case .read: "reading"
    case .write: "writing"
    default: "neither direction"
    }
  }
}

/// Why a direction is suspended, though it is enabled. It goes on when no reason is left. libevent: `bufferevent_suspend_flags`.
public struct Suspension: OptionSet, Sendable, CustomStringConvertible {
  /// The bits.
  public let rawValue: UInt8

  /// A set made of bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The application asked for it.
  public static let application = Suspension(rawValue: 1)
  /// A rate limit of this event's own.
  public static let rate = Suspension(rawValue: 2)
  /// A rate limit that it shares.
  public static let groupRate = Suspension(rawValue: 4)
  /// A name is being looked up, or a connection made.
  public static let connecting = Suspension(rawValue: 8)
  /// The filter above takes nothing now.
  public static let filter = Suspension(rawValue: 16)

  /// The reasons in words.
  public var description: String {
    let names: [(Suspension, String)] = [
      (.application, "application"), (.rate, "rate"), (.groupRate, "group rate"), (.connecting, "connecting"),
      (.filter, "filter"),
    ]
    return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}

/// How hard a flush pushes. libevent: `enum bufferevent_flush_mode`.
public enum FlushMode: Sendable, Equatable {
  /// What moves by itself: filters may hold bytes back.
  case normal
  /// Everything that can be produced from what is there is produced.
  case flush
  /// As `flush`, and nothing follows: trailers are written, and the end is passed on.
  case finished
}
