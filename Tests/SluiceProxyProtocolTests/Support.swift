import Sluice
import Testing

@testable import SluiceProxyProtocol

func ms(_ count: Int64) -> Duration { .milliseconds(count) }

/// Runs `body` with a base in virtual time, until nothing is left to do, and checks that everything was given back.
func inVirtualTime(sourceLocation: SourceLocation = #_sourceLocation, _ body: (EventBase) throws -> Void) throws {
  let base = EventBase(clock: .virtual)
  try body(base)
  try base.run(maximumSteps: 100_000)
  #expect(base.ledger.isBalanced, "\(base.ledger)", sourceLocation: sourceLocation)
}

/// What an event told, and what it read.
final class Witness {
  private(set) var log: [String] = []
  private(set) var bytes: [UInt8] = []
  private(set) var error: ProxyProtocolError?

  init(_ event: BufferEvent) {
    event.onRead = { [unowned self] in
      log.append("read")
      bytes += $0.input.read()
    }
    event.onEvent = { [unowned self] event, what in
      switch what {
      case .connected: log.append("connected: \(event.proxyHeader.map { "\($0)" } ?? "none")")
      case .endOfInput: log.append("end")
      case .error(let failure):
        log.append("error")
        if case .filter(let reason) = failure.reason { error = reason as? ProxyProtocolError }
      default: log.append("\(what)")
      }
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// What a reader, run as a plain value, makes of bytes that come in pieces.
struct Outcome: Equatable {
  var header: ProxyHeader?
  var payload: [UInt8] = []
  var error: ProxyProtocolError?
}

func read(
  _ pieces: [[UInt8]], ends: Bool = false, _ change: (inout ProxyHeaderSettings) -> Void = { _ in }
) throws -> Outcome {
  var settings = ProxyHeaderSettings()
  change(&settings)
  var reader = try ProxyHeaderReader(settings)
  var source = EventBuffer()
  var target = EventBuffer()
  var context = FilterContext()
  var outcome = Outcome()
  reader.start(&context)
  do {
    for piece in pieces {
      source.append(piece)
      while try reader.decode(&source, into: &target, &context) == .moved {}
    }
    if ends { context.mode = .finished }
    if ends { while try reader.decode(&source, into: &target, &context) == .moved {} }
  } catch {
    outcome.error = error as? ProxyProtocolError
  }
  outcome.header = (reader.handle as? ReceivedProxyHeader)?.header
  outcome.payload = target.read()
  return outcome
}

func address(_ text: String) -> SocketAddress { SocketAddress(text) ?? .loopback() }

extension ProxyHeader {
  static func from(_ source: String, to destination: String, _ values: [ProxyValue] = []) -> ProxyHeader {
    ProxyHeader(source: address(source), destination: address(destination), values: values)
  }

  /// Headers of all sorts, with values of all sorts.
  static let samples: [ProxyHeader] = [
    .from("192.0.2.7:56324", to: "198.51.100.1:443"), .from("[2001:db8::7]:1", to: "[2001:db8::1]:65535"),
    .from("unix:/run/client", to: "unix:@server"), .unknown, .local,
    ProxyHeader(source: address("0.0.0.0:0"), destination: address("255.255.255.255:53"), transport: .datagram),
    .from(
      "192.0.2.7:56324", to: "198.51.100.1:443",
      [
        ProxyValue(.alpn, "h2"), ProxyValue(.authority, "example.test"), ProxyValue(.uniqueID, [0, 255, 1]),
        ProxyTLSInfo(version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", commonName: "client", isVerified: true)
          .value,
        ProxyValue(.namespace, ""), ProxyValue(.init(rawValue: 0xE0), [UInt8](repeating: 9, count: 600)),
      ]),
  ]

  /// As it comes out of version 1.
  var inVersion1: ProxyHeader {
    source?.ipBytes == nil || transport == .datagram ? .unknown : ProxyHeader(source: source, destination: destination)
  }
}
