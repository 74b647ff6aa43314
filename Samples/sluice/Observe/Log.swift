import Logging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How log lines are written.
enum LogFormat: String, CaseIterable, Sendable {
  /// `time=... level=info conn=1 end=idle`.
  case text
  /// An object a line.
  case json
}

/// The fields of a log line.
typealias LogFields = [(key: String, value: String)]

extension Logger {
  /// A logger that writes lines of one grammar to standard error.
  static func lines(_ format: LogFormat, level: Logger.Level) -> Logger {
    var logger = Logger(label: "sluice") { _ in LineLogHandler(format: format) }
    logger.logLevel = level
    return logger
  }

  /// Writes a line of fields; `message` says what happened, where the fields alone do not.
  func line(_ level: Logger.Level, _ message: String = "", _ fields: @autoclosure () -> LogFields = []) {
    guard level >= logLevel else { return }
    let metadata = Metadata(fields().map { ($0.key, .string($0.value)) }) { $1 }
    log(level: level, "\(message)", metadata: metadata)
  }
}

/// Writes each line in one call, so that those of several threads do not mix.
struct LineLogHandler: LogHandler {
  let format: LogFormat
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]

  init(format: LogFormat) { self.format = format }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields: LogFields = [("time", Self.now), ("level", "\(event.level)")]
    let message = "\(event.message)"
    if !message.isEmpty { fields.append(("msg", message)) }
    let given = metadata.merging(event.metadata ?? [:]) { $1 }.map { ($0.key, "\($0.value)") }
    fields += given.sorted { (Self.place($0.0), $0.0) < (Self.place($1.0), $1.0) }
    LogOutput.write(line(fields)) { count in
      line([("time", Self.now), ("level", "warning"), ("msg", "\(count) lines were lost: nobody took them")])
    }
  }

  private func line(_ fields: LogFields) -> String { format == .json ? Self.json(fields) : Self.text(fields) }

  /// The order of fields, for the eye; others follow by their names.
  private static let order = [
    "conn", "listen", "peer", "proxied", "target", "sni", "alpn", "tls", "cipher", "resumed", "target_tls", "in", "out",
    "dur", "hs", "end", "error",
  ]

  private static func place(_ key: String) -> Int { order.firstIndex(of: key) ?? order.count }

  /// The wall clock, as RFC 3339 writes it.
  private static var now: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    var text = [CChar](repeating: 0, count: 24)
    let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
    let milliseconds = String(1_000 + time.tv_nsec / 1_000_000).dropFirst()
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) + ".\(milliseconds)Z"
  }
}
