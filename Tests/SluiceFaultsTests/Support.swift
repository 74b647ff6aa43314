import Sluice
import Testing

@testable import SluiceFaults

func ms(_ count: Int64) -> Duration { .milliseconds(count) }

/// Runs `body` with a base in virtual time, until nothing is left to do, and checks that everything was given back.
func inVirtualTime(sourceLocation: SourceLocation = #_sourceLocation, _ body: (EventBase) throws -> Void) throws {
  let base = EventBase(clock: .virtual)
  try body(base)
  try base.run(maximumSteps: 100_000)
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
}

extension EventBase {
  var milliseconds: Int64 { now.nanoseconds / 1_000_000 }
}

/// Reads everything that comes to an event, and notes when what happened.
final class Witness {
  private(set) var reads: [(at: EventBase.Instant, bytes: [UInt8])] = []
  private(set) var events: [String] = []
  private(set) var error: StreamError?

  init(_ event: BufferEvent) {
    event.onRead = { [unowned self] in reads.append(($0.base.now, $0.input.read())) }
    event.onEvent = { [unowned self] event, what in
      events.append("\(event.base.milliseconds) \(what.word)")
      if case .error(let failure) = what { error = failure }
    }
  }

  var bytes: [UInt8] { reads.flatMap(\.bytes) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  /// What each read callback found, as text, and when.
  var log: [String] { reads.map { "\($0.at.nanoseconds / 1_000_000) " + String(decoding: $0.bytes, as: UTF8.self) } }
  var sizes: [Int] { reads.map(\.bytes.count) }
}

extension StreamEvent {
  var word: String {
    switch self {
    case .connected: "connected"
    case .endOfInput: "end"
    case .endOfOutput: "endOfOutput"
    case .timeout(let directions): "timeout \(directions)"
    case .error(let error): if case .filter = error.reason { "\(error.filter ?? "")" } else { "\(error.reason)" }
    case .notice(let notice): "\(notice)"
    }
  }
}

extension BufferEvent {
  var unsent: Int { outputCount }
}

func counting(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

/// Writes `count` bytes, as they find room.
func pour(_ event: BufferEvent, _ count: Int) {
  var left = count
  let more: (BufferEvent) -> Void = {
    while left > 0, $0.writeRoom > 0 {
      let piece = min(left, 10_000)
      $0.write([UInt8](repeating: 0x78, count: piece))
      left -= piece
    }
  }
  event.onWrite = more
  more(event)
}

/// A filter run as a plain value over the given pieces, with a limit for each call, and no waits: what came out.
func encoded(_ fault: Fault, seed: UInt64 = 0, _ pieces: [[UInt8]], limit: Int = .max) throws -> [UInt8] {
  var filter = try FaultFilter(fault, .write, seed: seed)
  var source = EventBuffer()
  var target = EventBuffer()
  var context = FilterContext(limit: limit)
  for piece in pieces {
    source.append(piece)
    while try filter.encode(&source, into: &target, &context) == .moved {}
  }
  return target.read()
}
