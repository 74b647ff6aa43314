import Sluice
import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A table of live connections and their rates, drawn anew each second on a terminal.
final class LiveTable {
  private let process: ProxyProcess
  private var timer: LoopTimer?
  private var before: [UInt64: (toTarget: Int, toClient: Int)] = [:]
  private var lastDrawn: EventBase.Instant

  /// Nil where standard output is no terminal.
  init?(_ process: ProxyProcess) {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    self.process = process
    lastDrawn = process.base.now
    // The other screen, without a cursor; what was there comes back at the end.
    writeOutput("\u{1B}[?1049h\u{1B}[?25l")
    timer = process.base.schedule(after: .seconds(1), repeatingEvery: .seconds(1)) { [unowned self] in refresh() }
  }

  /// Gives the terminal back.
  func close() {
    timer?.cancel()
    timer = nil
    writeOutput("\u{1B}[?25h\u{1B}[?1049l")
  }

  private func refresh() {
    process.gather {
      ($0.snapshot(), $0.states(withLayers: false))
    } then: { [weak self] answers in
      guard let self, timer != nil else { return }
      var all = Snapshot()
      for (snapshot, _) in answers { all.add(snapshot) }
      draw(all, answers.flatMap(\.1))
    }
  }

  private func draw(_ all: Snapshot, _ states: [SessionState]) {
    let seconds = max(lastDrawn.duration(to: process.base.now) / .seconds(1), 0.001)
    lastDrawn = process.base.now
    let rows = states.map { state in
      let old = before[state.number] ?? (0, 0)
      return Row(
        state: state, toTarget: Double(state.toTarget - old.toTarget) / seconds,
        toClient: Double(state.toClient - old.toClient) / seconds)
    }
    before = [:]
    for state in states { before[state.number] = (state.toTarget, state.toClient) }
    let size = Self.terminalSize
    let lines = Self.lines(all, rows, height: size.height).map { String($0.prefix(size.width)) }
    writeOutput("\u{1B}[H" + lines.map { $0 + "\u{1B}[K\r\n" }.joined() + "\u{1B}[J")
  }

  /// A connection with its rates, in bytes a second.
  struct Row {
    let state: SessionState
    let toTarget: Double
    let toClient: Double
  }

  /// The busiest connections first, as many as fit.
  static func lines(_ all: Snapshot, _ rows: [Row], height: Int) -> [String] {
    let inward = rows.reduce(0) { $0 + $1.toTarget }
    let outward = rows.reduce(0) { $0 + $1.toClient }
    let head = [
      "open \(all.gauges.open)  taken \(all.counters.accepted)  in \(Rate.rounded(inward))  out \(Rate.rounded(outward))"
        + "  buffered \(ByteCount.rounded(Double(all.gauges.bufferedBytes)))"
        + "  paused \(all.gauges.pausedByBackpressure)  limited \(all.gauges.pausedByRate)",
      line("conn", "peer", "phase", "in", "in/s", "out", "out/s", "age"),
    ]
    let busiest = rows.sorted {
      ($0.toTarget + $0.toClient, $1.state.number) > ($1.toTarget + $1.toClient, $0.state.number)
    }
    let shown = busiest.prefix(max(height - head.count - 2, 1)).map { row in
      line(
        "\(row.state.number)", row.state.peer, row.state.phase.rawValue,
        ByteCount.rounded(Double(row.state.toTarget)), Rate.rounded(row.toTarget),
        ByteCount.rounded(Double(row.state.toClient)), Rate.rounded(row.toClient), TimeSpan.rounded(row.state.age))
    }
    let hidden = rows.count - shown.count
    return head + shown + (hidden > 0 ? ["and \(hidden) more"] : [])
  }

  private static func line(
    _ number: String, _ peer: String, _ phase: String, _ into: String, _ inRate: String, _ out: String,
    _ outRate: String,
    _ age: String
  ) -> String {
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(width - text.count, 0))
    }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    return [
      left(number, 7), left(peer, 24), left(phase, 11), right(into, 10), right(inRate, 12), right(out, 10),
      right(outRate, 12), right(age, 8),
    ].joined(separator: " ")
  }

  private static var terminalSize: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (100, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
