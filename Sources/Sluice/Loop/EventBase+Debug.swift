extension EventBase: CustomReflectable {
  /// Nothing of what is inside, as for the events that it keeps.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension EventBase: CustomDebugStringConvertible {
  /// The base's clock, and all that keeps it busy: timers, entries of the queue, mail, and what the loop keeps alive, one a
  /// line: sockets, listeners, and closed events that still have bytes on their way. For a run that does not end, or ended
  /// too early. O(what it tells).
  public var debugDescription: String {
    let state = isShutDown ? "shut down" : isRunning ? "running" : "not running"
    var parts: [String] = []
    let queued = queue.count
    if queued > 0 { parts.append("\(queued) queued") }
    if let first = timers.firstDeadline {
      let left = now.duration(to: Instant(nanoseconds: first))
      let due = left > .zero ? "in \(left)" : "due"
      parts.append("\(timers.count) timer\(timers.count == 1 ? "" : "s") armed, the first \(due)")
    }
    if !owedReplies.isEmpty { parts.append("\(owedReplies.count) replies of other threads owed") }
    if hasMail { parts.append("mail waiting") }
    if !lingering.isEmpty { parts.append("\(lingering.count) kept by the loop") }
    let line = "base, \(clock) clock, \(state): " + (parts.isEmpty ? "nothing to do" : parts.joined(separator: "; "))
    let layers = lingering.values.map { String(reflecting: $0).split(separator: "\n").map { "\n  " + $0 }.joined() }
    return line + layers.sorted().joined()
  }
}
