/// The ranges of files that wait behind an event's output, each with what was written behind it.
final class FileQueue {
  /// A range of a file, as far as it was not sent yet.
  final class Entry {
    let file: OpenFile
    var offset: Int
    var left: Int
    /// What was written behind this range, and in front of the next.
    var behind: EventBuffer
    fileprivate var next: Entry?

    init(_ file: OpenFile, _ range: Range<Int>, _ base: EventBase) {
      self.file = file
      offset = range.lowerBound
      left = range.count
      behind = base.makeBuffer()
    }

    func took(_ count: Int) {
      offset += count
      left -= count
    }
  }

  private(set) var first: Entry?
  private var last: Entry?
  /// `finish()` or `close()` was called: the end follows the last range.
  var endsBehind = false
  /// Ranges are being moved, further up on the stack of calls.
  var isMoving = false

  /// Bytes that wait: of files, and of memory behind them. O(ranges).
  var waiting: (ofFiles: Int, ofMemory: Int) {
    var sums = (0, 0)
    var next = first
    while let entry = next {
      sums = (sums.0 + entry.left, sums.1 + entry.behind.count)
      next = entry.next
    }
    return sums
  }

  func append(_ entry: Entry) {
    if let last { last.next = entry } else { first = entry }
    last = entry
  }

  /// Adds to what was written last.
  func append(_ write: (inout EventBuffer) -> Void) {
    if let last { write(&last.behind) }
  }

  func removeFirst() {
    first = first?.next
    if first == nil { last = nil }
  }
}
