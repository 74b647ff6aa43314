import Foundation
import SluiceTLS
import StackDescription

extension Report {
  private struct Document: Encodable {
    struct Stage: Encodable {
      let filter: String
      let place: Int
      let end: String
      let direction: String
      let bytesIn: Int
      let bytesOut: Int
      let ratio: Double?
      let seconds: Double
      let bytesPerSecond: Double?
      let wireBytesPerSecond: Double?
    }

    struct Handshake: Encodable {
      let filter: String
      let place: Int
      let end: String
      let version: String
      let cipher: String
      let applicationProtocol: String?
      let serverName: String?
      let peer: String?
      let seconds: Double?
    }

    let stack: String
    let source: String
    let verified: Bool
    let bytes: Int
    let mostBytesUnderWay: Int
    let seconds: Double
    let bytesPerSecond: Double?
    let error: String?
    let stages: [Stage]
    let handshakes: [Handshake]
  }

  /// The report for machines: one object on one line.
  func json() throws -> String {
    let stages = rows.map { row in
      Document.Stage(
        filter: row.filter, place: row.place, end: row.end, direction: row.direction, bytesIn: row.flow.bytesIn,
        bytesOut: row.flow.bytesOut, ratio: row.ratio, seconds: row.flow.time.seconds,
        bytesPerSecond: row.bytesPerSecond, wireBytesPerSecond: wireRate(of: row))
    }
    let handshakes = handshakes.map { made in
      Document.Handshake(
        filter: made.filter, place: made.place, end: made.end, version: "\(made.info.version)",
        cipher: made.info.cipher, applicationProtocol: made.info.applicationProtocol,
        serverName: made.info.serverName, peer: made.info.peerCertificates.first?.subject,
        seconds: made.info.handshakeTime?.seconds)
    }
    let document = Document(
      stack: stack, source: source, verified: problem == nil, bytes: bytes, mostBytesUnderWay: mostUnderWay,
      seconds: elapsed.seconds,
      bytesPerSecond: elapsed > .zero ? Double(bytes) / elapsed.seconds : nil, error: problem, stages: stages,
      handshakes: handshakes)
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }
}
