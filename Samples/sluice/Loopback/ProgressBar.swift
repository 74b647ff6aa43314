import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A line on standard error that shows how far a transfer is; silent where that is no terminal.
struct ProgressBar {
  private let total: Int?
  private let isShown: Bool
  private let hasColor: Bool
  private let start = ContinuousClock.now
  private var lastDrawn = ContinuousClock.now
  private var isDrawn = false

  /// - Parameter total: how much there is; nil shows the amount without a bar.
  init(total: Int?) {
    self.total = total
    isShown = isatty(STDERR_FILENO) == 1
    hasColor = getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }

  /// Draws the line anew, ten times a second at most.
  mutating func show(_ count: Int) {
    let now = ContinuousClock.now
    guard isShown, lastDrawn.duration(to: now) >= .milliseconds(100) else { return }
    lastDrawn = now
    isDrawn = true
    let rate = Rate.rounded(Double(count) / max(start.duration(to: now).seconds, 1e-9))
    writeError("\r\u{1B}[K" + Self.line(count, of: total, rate: rate, hasColor: hasColor))
  }

  /// Takes the line away.
  func clear() {
    if isDrawn { writeError("\r\u{1B}[K") }
  }

  /// The line itself.
  static func line(_ count: Int, of total: Int?, rate: String, hasColor: Bool) -> String {
    let amount = ByteCount.rounded(Double(count))
    guard let total, total > 0 else { return "\(amount)  \(rate)" }
    let share = min(Double(count) / Double(total), 1)
    let filled = Int(share * 30)
    let (on, off) = hasColor ? ("\u{1B}[32m", "\u{1B}[0m") : ("", "")
    let bar = on + String(repeating: "#", count: filled) + off + String(repeating: "-", count: 30 - filled)
    return "[\(bar)] \(Int(share * 100))%  \(amount) of \(ByteCount.rounded(Double(total)))  \(rate)"
  }
}
