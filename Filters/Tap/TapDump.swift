public import Sluice

/// Writes what passes as lines of text: a line for each 16 bytes in hexadecimal, or for each line of a text.
///
/// ```
/// 0.050000 > 00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
/// 0.080000 < 0 "HTTP/1.1 200 OK\r\n"
/// ```
///
/// A line begins with the time on the base's clock in seconds, the direction (`>` to the wire, `<` from it) and the offset of
/// its first byte. Lines carry no line end.
public final class TapDump: TapSink {
  /// How bytes are shown.
  public enum Style: String, CaseIterable, Sendable {
    /// 16 bytes a line, in hexadecimal and as characters.
    case hex
    /// A line of text a line, in quotes, with what cannot be printed escaped.
    case text
  }

  private let style: Style
  private let label: String
  private let recordLimit: Int
  private var left: Int
  private let write: (String) throws -> Void
  private let flushing: TapFile?

  /// A dump that hands its lines to a closure.
  ///
  /// - Parameters:
  ///   - style: how bytes are shown.
  ///   - label: what each line begins with, to tell one stream from another.
  ///   - recordLimit: how many bytes are shown of what passes at once; a line tells how many were left out.
  ///   - totalLimit: how many bytes are shown in all; a line tells when that is reached.
  ///   - write: gets each line.
  public init(
    _ style: Style = .hex, label: String = "", recordLimit: Int = .max, totalLimit: Int = .max,
    write: @escaping (String) throws -> Void
  ) {
    (self.style, self.label) = (style, label.isEmpty ? "" : label + " ")
    (self.recordLimit, left) = (max(recordLimit, 0), max(totalLimit, 0))
    self.write = write
    flushing = nil
  }

  /// A dump into a file, which others may write to as well. Parameters as in the other.
  public init(
    _ style: Style = .hex, label: String = "", recordLimit: Int = .max, totalLimit: Int = .max, to file: TapFile
  ) {
    (self.style, self.label) = (style, label.isEmpty ? "" : label + " ")
    (self.recordLimit, left) = (max(recordLimit, 0), max(totalLimit, 0))
    write = { try file.append($0 + "\n") }
    flushing = file
  }

  /// Writes lines of what passes, as far as the limits allow.
  public func passed(_ bytes: borrowing EventBuffer, _ count: Int, at point: TapPoint) throws {
    guard left > 0 else { return }
    let shown = min(count, recordLimit, left)
    left -= shown
    let piece = bytes.bytes(upTo: shown)
    for line in style == .hex ? Self.hexLines(piece) : Self.textLines(piece) {
      try write(head(point, line.offset) + line.text)
    }
    if left == 0 {
      try write(head(point, shown) + "the limit is reached: nothing more is shown")
    } else if shown < count {
      try write(head(point, shown) + "\(count - shown) bytes more")
    }
  }

  /// Writes a line that tells of the end.
  public func ended(at point: TapPoint) throws { if left > 0 { try write(head(point, 0) + "end") } }

  /// Whether the file holds something back.
  public var isBuffering: Bool { flushing?.isBuffering ?? false }

  /// Writes what the file holds back.
  public func flush() throws { try flushing?.flush() }

  private func head(_ point: TapPoint, _ offset: Int) -> String {
    let place = point.offset + offset
    let shown = style == .hex ? Self.padded(String(place, radix: 16), to: 8) + "  " : "\(place) "
    return label + Self.seconds(point.time) + (point.direction == .write ? " > " : " < ") + shown
  }
}
