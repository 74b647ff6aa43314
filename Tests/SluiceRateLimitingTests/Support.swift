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
  func keeps(rate: Int64, burst: Int64, slack: Int64 = 0) -> Bool {
    for first in entries.indices {
      var sum: Int64 = 0
      for entry in entries[first...] {
        sum += Int64(entry.bytes)
        let window = UInt128(entry.at - entries[first].at)
        if UInt128(sum) * 1_000_000_000 > UInt128(burst + slack) * 1_000_000_000 + UInt128(rate) * window {
          return false
        }
      }
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

/// Random numbers from a seed, so that a failure can be had again.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
