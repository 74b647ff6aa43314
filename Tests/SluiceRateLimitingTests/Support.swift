import Sluice
import Testing

@testable import SluiceRateLimiting

func ms(_ count: Int64) -> Duration { .milliseconds(count) }

extension EventBase {
  var milliseconds: Int64 { now.nanoseconds / 1_000_000 }
}

/// What arrived when: milliseconds, and bytes since the entry before.
final class Timeline {
  private(set) var entries: [(at: Int64, bytes: Int)] = []
  var bytes: Int { entries.reduce(0) { $0 + $1.bytes } }

  /// Reads everything that comes to `event`.
  init(of event: BufferEvent) {
    event.onRead = { [weak self] in self?.note($0.input.drain(), at: $0.base.now.nanoseconds) }
  }

  func note(_ bytes: Int, at time: Int64) {
    if let last = entries.last, last.at == time {
      entries[entries.count - 1].bytes += bytes
    } else {
      entries.append((time, bytes))
    }
  }

  var inMilliseconds: [[Int64]] { entries.map { [$0.at / 1_000_000, Int64($0.bytes)] } }

  /// Whether in every window between two entries no more passed than burst and the rate times the window.
  ///
  /// One pass: a window passes too much where what came up to its end, less the rate times the time, has risen by more than
  /// the burst since before its begin.
  func keeps(rate: Int64, burst: Int64, slack: Int64 = 0) -> Bool {
    var sum: Int128 = 0
    var lowest: Int128 = .max
    for entry in entries {
      let allowed = Int128(rate) * Int128(entry.at)
      lowest = min(lowest, sum * 1_000_000_000 - allowed)
      sum += Int128(entry.bytes)
      if sum * 1_000_000_000 - allowed - lowest > Int128(burst + slack) * 1_000_000_000 { return false }
    }
    return true
  }
}

/// Writes without end whenever there is room.
func pour(_ event: BufferEvent, _ piece: Int = 65_536) {
  let bytes = [UInt8](repeating: 0x78, count: piece)
  event.onWrite = { while $0.write(bytes).room > 0 {} }
  while event.write(bytes).room > 0 {}
}
