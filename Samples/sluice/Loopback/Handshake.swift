import SluiceTLS
import StackDescription

/// What a handshake of a filter on one end came to.
struct Handshake {
  /// The filter, as it was described.
  let filter: String
  /// Its place in the stack, counted from the wire.
  let place: Int
  /// `sender` or `receiver`.
  let end: String
  let info: TLSInfo

  /// Nil for filters that make none, or did not complete it.
  init?(_ filter: String, place: Int, _ end: Site, _ meter: Meter) {
    guard let info = (meter.handle as? TLSConnection)?.info else { return nil }
    (self.filter, self.place, self.end, self.info) = (filter, place, end.rawValue, info)
  }

  /// A line of it, for people.
  var line: String {
    var parts = ["\(info.version)", info.cipher]
    if let name = info.applicationProtocol { parts.append("ALPN \(name)") }
    if let peer = info.peerCertificates.first { parts.append("peer \(peer.subject)") }
    if let time = info.handshakeTime { parts.append("handshake \(TimeSpan.rounded(time))") }
    return "\(filter), \(end): " + parts.joined(separator: ", ")
  }
}
