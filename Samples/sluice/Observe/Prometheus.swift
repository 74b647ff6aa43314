import StackDescription

/// Metrics in Prometheus' text format, version 0.0.4.
struct Prometheus {
  private(set) var text = ""

  /// All metrics of the process.
  init(_ counters: Counters, _ gauges: Gauges, descriptors: (used: Int, limit: Int), uptime: Duration) {
    counter("connections_total", "Connections that were taken.", [([:], Double(counters.accepted))])
    counter("connections_shed_total", "Connections given up for want of descriptors.", [([:], Double(counters.shed))])
    counter(
      "connections_ended_total", "Connections that ended, by reason.",
      counters.ended.sorted { $0.key < $1.key }.map { (["reason": $0.key], Double($0.value)) })
    counter(
      "bytes_total", "Bytes that were passed on.",
      [
        (["direction": "to_target"], Double(counters.toTargets)),
        (["direction": "to_client"], Double(counters.toClients)),
      ])
    counter("stage_bytes_in_total", "Bytes that went into a filter.", Self.rows(counters, \.into))
    counter("stage_bytes_out_total", "Bytes that came out of a filter.", Self.rows(counters, \.out))
    counter(
      "handshakes_total", "TLS handshakes that were completed.",
      counters.handshakes.map { handshake, count in
        (["side": handshake.side, "resumed": handshake.isResumed ? "yes" : "no"], Double(count))
      }.sorted { "\($0.0)" < "\($1.0)" })
    gauge("connections_open", "Connections that are open.", Double(gauges.open))
    gauge("connections_handshaking", "Connections in a handshake.", Double(gauges.handshaking))
    gauge("connections_connecting", "Connections on their way to the target.", Double(gauges.connecting))
    gauge("connections_paused_backpressure", "Connections that wait for an end.", Double(gauges.pausedByBackpressure))
    gauge("connections_paused_rate", "Connections that a rate limit holds back.", Double(gauges.pausedByRate))
    gauge("buffered_bytes", "Bytes in the buffers of all layers.", Double(gauges.bufferedBytes))
    gauge("loop_lag_seconds", "How late the slowest loop came to its last timer.", gauges.loopLag)
    gauge("descriptors_open", "Descriptors that are open.", Double(descriptors.used))
    gauge("descriptors_limit", "Descriptors that may be open.", Double(descriptors.limit))
    gauge("uptime_seconds", "Time since the start.", uptime.seconds)
  }

  private typealias Row = (labels: [String: String], value: Double)

  private static func rows(_ counters: Counters, _ part: KeyPath<Counters.Bytes, Int>) -> [Row] {
    counters.stages.map { stage, bytes in
      let labels = [
        "side": stage.side, "place": "\(stage.place)", "filter": stage.filter, "direction": stage.direction,
      ]
      return (labels, Double(bytes[keyPath: part]))
    }.sorted { Self.line($0.0) < Self.line($1.0) }
  }

  private mutating func counter(_ name: String, _ help: String, _ rows: [Row]) { add(name, "counter", help, rows) }

  private mutating func gauge(_ name: String, _ help: String, _ value: Double) {
    add(name, "gauge", help, [([:], value)])
  }

  private mutating func add(_ name: String, _ type: String, _ help: String, _ rows: [Row]) {
    text += "# HELP sluice_\(name) \(help)\n# TYPE sluice_\(name) \(type)\n"
    for row in rows { text += "sluice_\(name)\(Self.line(row.labels)) \(Self.number(row.value))\n" }
  }

  private static func line(_ labels: [String: String]) -> String {
    if labels.isEmpty { return "" }
    let parts = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }
    return "{" + parts.joined(separator: ",") + "}"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
