import ArgumentParser
import Sluice
import SluiceTLS

/// The workloads that the project's speed is measured by; each prints one JSON object.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures Sluice on one workload and prints one JSON object.",
    discussion: """
      pair-pingpong    --size bytes there and back over a pair, --count times
      filter-pingpong  the same under --depth pass-through filters on each end
      pair-stream      --total bytes one way in writes of --size
      rate-pingpong    pair-pingpong under --depth limits that never limit on each end
      rate-stream      one way under a limit of --rate for --seconds of real time
      pair-idle        --count pairs held open, resident bytes a pair
      idle-sockets     --count TCP connections held open, both ends here: resident bytes, and rounds in --seconds of idling
      tls-stream, tls-pingpong, tls-idle    the same under TLS
      tls-handshake    --count full handshakes, one after another
      tls-resume       the same with sessions that are resumed: such as the server keeps, or with --tickets what it gave
      tls-churn        --count connections that fail at every step and in every way, resident bytes left behind
      echo, tls-echo   a server on 127.0.0.1 that prints its port, until SIGTERM
      relay            the same, joining each connection with one to the port --target; with --splice through the kernel
      zlib-stream      --total bytes one way in writes of --size through gzip at --level, from --payload
      """)

  @Argument(help: "The workload.") var workload: Workload
  @Option(help: "Bytes a message or write.") var size = 1024
  @Option(help: "Filters on each end.") var depth = 0
  @Option(help: "Round trips, or pairs.") var count = 0
  @Option(help: "Bytes to stream.") var total = 0
  @Option(help: "Compression level.") var level = 6
  @Option(help: "A file to stream.") var payload: String?

  @Option(help: "The rate of a limit.") var rate = "1MiB/s"
  @Option(help: "How long to stream under a limit.") var seconds = 5.0
  @Option(help: "The port to relay to.") var target: UInt16?
  @Flag(help: "Relay through the kernel alone.") var splice = false
  @Flag(help: "Resume by tickets.") var tickets = false
  @Flag(help: "Lose something on purpose, to show that leaks are found.") var leaking = false

  enum Workload: String, ExpressibleByArgument, CaseIterable {
    case pairPingpong = "pair-pingpong"
    case filterPingpong = "filter-pingpong"
    case pairStream = "pair-stream"
    case pairIdle = "pair-idle"
    case echo
    case tlsEcho = "tls-echo"
    case relay
    case zlibStream = "zlib-stream"
    case ratePingpong = "rate-pingpong"
    case rateStream = "rate-stream"
    case tlsPingpong = "tls-pingpong"
    case tlsStream = "tls-stream"
    case tlsIdle = "tls-idle"
    case idleSockets = "idle-sockets"
    case tlsHandshake = "tls-handshake"
    case tlsResume = "tls-resume"
    case tlsChurn = "tls-churn"

    var isSecured: Bool { rawValue.hasPrefix("tls-") }
  }

  // Nothing here waits for the main actor: the loop runs on this thread.
  nonisolated func run() throws {
    if workload.isSecured { OpenSSLMemory.keepFreedBlocks() }
    switch workload {
    case .pairPingpong, .filterPingpong, .tlsPingpong, .ratePingpong: try pingpong()
    case .pairStream, .tlsStream: try stream()
    case .pairIdle, .tlsIdle: try idle()
    case .idleSockets: try idleSockets()
    case .tlsHandshake, .tlsResume: try handshakes()
    case .tlsChurn: try churn()
    case .echo, .tlsEcho: try echo()
    case .relay: try relay()
    case .zlibStream: try zlibStream()
    case .rateStream: try rateStream()
    }
  }

  /// The contexts of the workload; nil where it has no TLS.
  nonisolated func contexts() throws -> TLSContexts? { workload.isSecured ? try TLSContexts(sessions: .none) : nil }

  /// Two ends, with the filters of the workload on each.
  nonisolated func ends(_ base: EventBase, _ contexts: TLSContexts?) throws -> (BufferEvent, BufferEvent) {
    var (left, right) = base.pair()
    if workload == .ratePingpong { return try (limited(left), limited(right)) }
    if let contexts { (left, right) = try contexts.secure((left, right)) }
    for _ in 0..<depth {
      left = try left.filtered(by: Forward())
      right = try right.filtered(by: Forward())
    }
    return (left, right)
  }
}
