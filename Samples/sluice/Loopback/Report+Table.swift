import StackDescription

extension Report {
  /// The report for people: a line for each filter and direction, one for each handshake, and the verdict. The throughput is
  /// that of the time inside a filter, the wire rate that of the whole transfer.
  var table: String {
    let heads = ["filter", "end", "does", "in", "out", "ratio", "time", "throughput", "wire rate"]
    let cells = rows.map { row in
      [
        row.filter, row.end, row.direction, ByteCount.rounded(Double(row.flow.bytesIn)),
        ByteCount.rounded(Double(row.flow.bytesOut)), row.ratio.map { Self.hundredths($0) + "x" } ?? "-",
        TimeSpan.rounded(row.flow.time), row.bytesPerSecond.map(Rate.rounded) ?? "-",
        wireRate(of: row).map(Rate.rounded) ?? "-",
      ]
    }
    let lines = [heads] + cells
    let widths = heads.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let text = lines.map { line in
      let padded = line.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - line[column].count)
        return column < 3 ? line[column] + padding : padding + line[column]
      }
      return padded.joined(separator: "  ")
    }
    return (text + handshakes.map(\.line) + (problem == nil ? [verdict] : [])).joined(separator: "\n")
  }

  private var verdict: String {
    let rate = elapsed > .zero ? " (\(Rate.rounded(Double(bytes) / elapsed.seconds)))" : ""
    return "\(ByteCount.rounded(Double(bytes))) of \(source) arrived as sent, every byte compared,"
      + " in \(TimeSpan.rounded(elapsed))\(rate)"
  }

  private static func hundredths(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
