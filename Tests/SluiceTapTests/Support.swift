import Foundation
import Sluice
import Testing

@testable import SluiceTap

func ms(_ count: Int64) -> Duration { .milliseconds(count) }

/// Runs `body` with a base in virtual time, until nothing is left to do, and checks that everything was given back.
func inVirtualTime(sourceLocation: SourceLocation = #_sourceLocation, _ body: (EventBase) throws -> Void) throws {
  let base = EventBase(clock: .virtual)
  try body(base)
  try base.run(maximumSteps: 100_000)
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
}

func counting(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

/// The lines of a dump.
final class Lines {
  var all: [String] = []
  func dump(_ style: TapDump.Style, recordLimit: Int = .max, totalLimit: Int = .max) -> TapDump {
    TapDump(style, recordLimit: recordLimit, totalLimit: totalLimit) { [unowned self] in all.append($0) }
  }
}

/// A path of a file that is gone when the test is over.
final class TemporaryFile {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)").path
  deinit { try? FileManager.default.removeItem(atPath: path) }
  var bytes: [UInt8] { FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? [] }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A packet of a capture file, taken apart.
struct Packet: Equatable {
  var time: Int64 = 0
  var from = ""
  var to = ""
  var sequence: UInt32 = 0
  var acknowledged: UInt32 = 0
  var flags = ""
  var payload: [UInt8] = []
  /// What the headers say of the payload's length.
  var length = 0
}

/// Takes a capture file apart, and checks what every packet must keep.
func packets(_ file: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> [Packet] {
  func little(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) } }
  #expect(Array(file[..<8]) == [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0], sourceLocation: sourceLocation)
  #expect(little(20) == 101, sourceLocation: sourceLocation)
  var packets: [Packet] = []
  var at = 24
  while at < file.count {
    let (kept, whole) = (little(at + 8), little(at + 12))
    var packet = try packet(Array(file[at + 16..<at + 16 + kept]), whole: whole)
    packet.time = Int64(little(at)) * 1_000_000_000 + Int64(little(at + 4))
    packets.append(packet)
    at += 16 + kept
  }
  return packets
}

private func packet(_ bytes: [UInt8], whole: Int) throws -> Packet {
  func big(_ at: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 << 8 | Int(bytes[at + $1]) } }
  func address(_ at: Int) -> String { bytes[at..<at + 4].map { "\($0)" }.joined(separator: ".") }
  #expect(bytes[0] == 0x45)
  #expect(bytes[9] == 6)
  #expect(big(2, 2) == whole)
  var sum = stride(from: 0, to: 20, by: 2).reduce(0) { $0 + big($1, 2) }
  while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
  #expect(sum == 0xFFFF)
  let header = 20 + Int(bytes[32] >> 4) * 4
  let names = [(2, "S"), (16, "A"), (8, "P"), (1, "F"), (4, "R")]
  return Packet(
    from: "\(address(12)):\(big(20, 2))", to: "\(address(16)):\(big(22, 2))", sequence: UInt32(big(24, 4)),
    acknowledged: UInt32(big(28, 4)), flags: names.filter { Int(bytes[33]) & $0.0 != 0 }.map(\.1).joined(),
    payload: Array(bytes[header...]), length: whole - header)
}
