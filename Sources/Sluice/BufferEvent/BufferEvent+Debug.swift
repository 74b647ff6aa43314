extension BufferEvent: CustomReflectable {
  /// Nothing of what is inside: reflection copies what it looks at, and buffers cannot be copied. Test frameworks reflect what a
  /// failed expectation was about.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension BufferEvent: CustomDebugStringConvertible {
  /// What the event stands on, what its buffers hold, and why a direction does not run; one line a layer, from the top.
  public var debugDescription: String {
    var lines = [line]
    if let below = underlying { lines.append("  over " + below.debugDescription) }
    return lines.joined(separator: "\n")
  }

  private var line: String {
    "\(kind): input \(inputState), reading \(readingState); output \(outputState), writing \(writingState)"
      + (markPasses > 0 ? "; write mark passed \(markPasses) times" : "")
  }

  private var kind: String {
    if let stage {
      return stage._withUnsafeGuaranteedRef { stage in
        let handle = stage.handle as? any CustomStringConvertible
        return "filter " + (flags.contains(.stageBusy) ? stage.typeName : stage.name)
          + (handle.map { " (\($0.description))" } ?? "")
      }
    }
    if let transport { return transport.name }
    return partnerLink == nil ? "half without a partner" : "half of a pair"
  }

  // What somebody changes at this moment cannot be looked at.
  private var isInputSeen: Bool { !flags.intersects(.inputHeld) || inputReaders > 0 }
  private var isOutputSeen: Bool { !flags.intersects(.outputHeld) || outputReaders > 0 }

  private var inputState: String { isInputSeen ? amount(inputBuffer.count, readHigh) : "in use" }
  private var outputState: String {
    let files = flags.contains(.filesPending) ? " and \(pendingFileBytes) of files" : ""
    return (isOutputSeen ? amount(outputBuffer.count, writeHigh) : "in use") + files
  }

  private func amount(_ count: Int, _ high: Int) -> String {
    high == Watermarks.unlimited ? "\(count)" : "\(count)/\(high)"
  }

  private var readingState: String {
    if let state = endState { return state }
    if flags.contains(.inputEnded) { return "ended" }
    if flags.contains(.readDisabled) { return "disabled" }
    let reasons = suspensions(.read)
    if !reasons.isEmpty { return "suspended by \(reasons)" }
    guard isInputSeen else { return "waits for the input to be given back" }
    return inputBuffer.count >= readHigh ? "waits for the input to be drained below its high mark" : "on"
  }

  private var writingState: String {
    if let state = endState { return state }
    if flags.contains(.outputFinished) { return "finished" }
    if flags.contains(.peerClosed) { return "refused: the other end closed" }
    if flags.contains(.writeDisabled) { return "disabled" }
    let reasons = suspensions(.write)
    if !reasons.isEmpty { return "suspended by \(reasons)" }
    guard isOutputSeen else { return "waits for the output to be given back" }
    if outputBuffer.isEmpty { return flags.contains(.finishing) ? "finishing" : "on" }
    return "waits for the layer below or the other end" + (flags.contains(.finishing) ? ", then finishes" : "")
  }

  private var endState: String? {
    if flags.contains(.closed) { return "closed" }
    if flags.contains(.failed) { return "failed (\(extras?.failure?.description ?? "unknown"))" }
    if flags.contains(.closing) { return "closing" }
    return flags.contains(.unlinked) ? "unlinked" : nil
  }
}
