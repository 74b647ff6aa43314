#if DEBUG
  /// The switch that makes every buffer check itself after each change. Only debug builds have it, so it costs release
  /// builds nothing; it is local to a task, so a test that turns it on does not slow down or race with the others.
  enum BufferChecks {
    @TaskLocal static var areOn = false
  }
#endif

extension EventBuffer {
  /// Checks the invariants where a test has asked for it. Every operation that changes the chain ends with it, most of
  /// them by way of `changed`.
  @inline(__always) func verify() {
    #if DEBUG
      if BufferChecks.areOn { checkInvariants() }
    #endif
  }

  /// Stops the process where the chain is broken. O(segments).
  func checkInvariants() {
    if let broken = brokenInvariant() { preconditionFailure("an event buffer is broken: \(broken)") }
  }

  /// The first thing that is wrong with the chain, in words; nil where all is well. O(segments).
  func brokenInvariant() -> String? {
    guard (head == nil) == (tail == nil) else { return "it has a head without a tail, or a tail without a head" }
    var total = 0
    var position = 0
    var last: SegmentPointer?
    var next = head
    while let segment = next {
      if let problem = Self.problem(of: segment.pointee) { return "segment \(position): \(problem)" }
      total += segment.pointee.count
      if total > count { return "its segments hold more than its count of \(count), or the chain has a cycle" }
      position += 1
      last = segment
      next = segment.pointee.next
    }
    if last != tail { return "its tail is not the last of its \(position) segments" }
    if total != count { return "its count is \(count), and its segments hold \(total)" }
    return nil
  }

  private static func problem(of segment: Segment) -> String? {
    if segment.start < 0 || segment.start >= segment.end { return "\(segment.start)..<\(segment.end) is empty" }
    if let owner = segment.owner {
      if segment.capacity != 0 { return "it is borrowed and has a capacity of \(segment.capacity)" }
      let owned = owner._withUnsafeGuaranteedRef { $0.storage }
      return owned == segment.storage ? nil : "it is borrowed and points elsewhere than its owner"
    }
    if segment.isBorrowed { return nil }
    return segment.end > segment.capacity ? "it ends at \(segment.end), behind its \(segment.capacity) bytes" : nil
  }
}
