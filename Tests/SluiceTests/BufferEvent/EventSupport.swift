import Testing

@testable import Sluice

/// Runs `body` with a base in virtual time, lets the loop come to rest, and checks that everything was given back.
func inVirtualTime(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: (EventBase) throws -> Void
) throws {
  let base = EventBase(clock: .virtual)
  try body(base)
  try base.settle()
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
  #expect(base.lingering.isEmpty, sourceLocation: sourceLocation)
}

extension EventBase {
  /// Runs what is due, and fails where that does not end.
  func settle() throws { try runUntilIdle(maximumSteps: 100_000) }

  /// A pair with pass-through filters on both halves.
  func stackedPair(depth: Int) throws -> (BufferEvent, BufferEvent) {
    var (left, right) = pair()
    for _ in 0..<depth {
      left = try left.filtered(by: Pass())
      right = try right.filtered(by: Pass())
    }
    return (left, right)
  }

  /// Milliseconds since the base was made, in virtual time.
  var elapsed: Int { Int(now.nanoseconds / 1_000_000) }
}

/// What callbacks were made, in their order.
final class EventLog {
  var lines: [String] = []

  func add(_ line: String) { lines.append(line) }

  /// Forgets and returns what was noted.
  func take() -> [String] {
    defer { lines = [] }
    return lines
  }

  /// Notes each callback of `event`. With `reading`, the read callback takes everything.
  func follow(_ event: BufferEvent, _ name: String = "", reading: Bool = false) {
    let prefix = name.isEmpty ? "" : name + " "
    event.onRead = { [self] event in
      add("\(prefix)read \(event.input.count)")
      if reading { event.input.drain() }
    }
    event.onWrite = { [self] event in add("\(prefix)write \(event.output.count)") }
    event.onEvent = { [self] _, event in add(prefix + event.words) }
  }
}

extension StreamEvent {
  /// The event in a few words, for comparing.
  var words: String {
    switch self {
    case .connected: "connected"
    case .endOfInput: "endOfInput"
    case .endOfOutput: "endOfOutput"
    case .timeout(let directions): "timeout \(directions)"
    case .error(let error): "error \(error.reason)"
    case .notice(let notice): "notice \(notice)"
    }
  }
}

extension BufferEvent {
  // Plain values, since a macro cannot look into what is not copyable.
  var unread: Int { input.count }
  var unsent: Int { output.count }
  var inputText: String { input.string() }
  var outputText: String { output.string() }

  /// Takes all of the input as text.
  func readAll() -> String { input.readString() }
}
