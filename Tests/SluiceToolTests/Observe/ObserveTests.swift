import Foundation
import Sluice
import Testing

@testable import SluiceTool

@Suite struct `What a proxy tells` {
  @Test(arguments: [
    ("plain", "key=plain"), ("", "key=\"\""), ("two words", "key=\"two words\""), ("a=b", "key=\"a=b\""),
    ("say \"hi\"", "key=\"say \\\"hi\\\"\""), ("line\nend=idle", "key=\"line\\nend=idle\""),
    ("\u{1B}[31m", "key=\"\\u001b[31m\""), ("naïve", "key=\"naïve\""), ("a\\b", "key=\"a\\\\b\""),
  ])
  func `a value cannot begin a field or a line of its own`(_ value: String, _ line: String) throws {
    #expect(LineLogHandler.text([("key", value)]) == line)
    let json = LineLogHandler.json([("key", value), ("end", "idle")])
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
    #expect(object == ["key": value, "end": "idle"])
  }

  @Test func `the reasons of an end are words, each its own`() {
    #expect(Set(EndReason.words).count == EndReason.words.count)
    for word in EndReason.words { #expect(word.allSatisfy { $0.isLetter || $0 == "-" || $0 == ":" }, "\(word)") }
    #expect(EndReason.tlsAlert("unknown-ca").description == "tls-alert:unknown-ca")
    #expect(EndReason.tlsAlert("unknown-ca").label == "tls-alert")
    #expect(EndReason.word("Unknown CA (48)!") == "unknown-ca-48")
  }

  @Test func `metrics are added up over loops, and labels are escaped`() {
    var all = Snapshot()
    for _ in 0..<2 {
      var one = Snapshot()
      one.counters.accepted = 3
      one.counters.ended = ["idle": 1, "a\"b\\c\nd": 2]
      one.counters.stages[.init(side: "listener", place: 1, filter: "gzip", direction: "decode")] = .init(
        into: 5, out: 50)
      one.gauges.open = 4
      one.gauges.loopLag = 0.25
      all.add(one)
    }
    let text = Prometheus(all.counters, all.gauges, descriptors: (7, 1_024), uptime: .seconds(90)).text
    let lines = text.split(separator: "\n")
    #expect(lines.contains("sluice_connections_total 6"))
    #expect(lines.contains("sluice_connections_ended_total{reason=\"idle\"} 2"))
    #expect(lines.contains("sluice_connections_ended_total{reason=\"a\\\"b\\\\c\\nd\"} 4"))
    #expect(
      lines.contains(
        "sluice_stage_bytes_out_total{direction=\"decode\",filter=\"gzip\",place=\"1\",side=\"listener\"} 100"))
    #expect(lines.contains("sluice_connections_open 8"))
    #expect(lines.contains("sluice_loop_lag_seconds 0.25"), "the slowest loop")
    #expect(lines.contains("sluice_descriptors_limit 1024"))
    // Each metric is declared once, ahead of its rows.
    let names = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
    #expect(Set(names).count == names.count)
    for line in lines where !line.hasPrefix("#") {
      #expect(names.contains { line.hasPrefix($0 + " ") || line.hasPrefix($0 + "{") }, "\(line)")
    }
  }

  @Test func `the live table shows the busiest first, as many as fit`() {
    var all = Snapshot()
    all.gauges.open = 30
    let rows = (1...30).map { number in
      LiveTable.Row(
        state: SessionState(
          number: UInt64(number), peer: "127.0.0.1:\(number)", phase: .joined, toTarget: 2_048, toClient: 0,
          age: .seconds(5), layers: ""), toTarget: Double(number == 7 ? 4_096 : number), toClient: 0)
    }
    let lines = LiveTable.lines(all, rows, height: 12)
    #expect(lines.count == 11)
    #expect(lines[0].hasPrefix("open 30  taken 0"))
    #expect(lines[1].hasPrefix("conn"))
    #expect(lines[2].hasPrefix("7 ") && lines[2].contains("4.0KiB/s") && lines[2].contains("2.0KiB"))
    #expect(lines[3].hasPrefix("30 "))
    #expect(lines.last == "and 22 more")
  }
}
