import Sluice
import SluiceCompression
import SluiceRateLimiting
import SluiceTLS
import SluiceTLSTesting

/// The filters that stand on both ends of a link.
enum Layers: String, CaseIterable {
  case none = "no filter"
  case pass, pass3 = "pass three times"
  case deflate
  case rate
  case tls = "TLS"
  case all = "rate, TLS and deflate"

  /// Whether an end is told that it is connected.
  var hasHandshake: Bool { self == .tls || self == .all }

  /// What one call may bring past a mark: a record of TLS is not cut, and what a compressor holds leaves as a whole.
  var overrun: Int {
    switch self {
    case .none, .pass, .pass3, .rate: 0
    case .deflate: 64 * 1024
    case .tls: 17 * 1024
    case .all: 64 * 1024 + 17 * 1024
    }
  }

  /// Whether the filter on top gives as few bytes as it is asked for.
  var cutsExactly: Bool { self != .tls }

  /// Puts the filters on an end; the connecting end is the client where that matters.
  func stand(on event: BufferEvent, asClient isClient: Bool) throws -> BufferEvent {
    switch self {
    case .none: event
    case .pass: try event.filtered(by: Pass())
    case .pass3: try event.filtered(by: Pass()).filtered(by: Pass()).filtered(by: Pass())
    case .deflate: try event.compressed(.raw())
    case .rate: try event.limited(by: Self.limit())
    case .tls: try event.secured(Self.role(isClient))
    case .all: try event.limited(by: Self.limit()).secured(Self.role(isClient)).compressed(.gzip(level: 1))
    }
  }

  /// It does hold back, for some milliseconds where two million bytes go through.
  private static func limit() throws -> RateLimit {
    let allowance = RateLimit.Allowance(.perSecond(.mebibytes(256)), burst: .mebibytes(1))
    return try RateLimit(reading: allowance, writing: allowance)
  }

  private static func role(_ isClient: Bool) throws -> TLSRole {
    let identity = try TestIdentity.shared
    if isClient {
      let trusting = TLSClientConfiguration(trust: .certificates(.pem(identity.anchorPEM)))
      return .client(try TLSContext(client: trusting), host: "example.test")
    }
    let own = TLSIdentity(certificates: .pem(identity.chainPEM), key: .pem(identity.privateKeyPEM))
    return .server(try TLSContext(server: TLSServerConfiguration(identity: own)))
  }
}

/// Moves what it is given, up to the limit: the least filter there is.
struct Pass: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
}
