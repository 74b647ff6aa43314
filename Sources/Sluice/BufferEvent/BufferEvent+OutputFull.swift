// A filter that waits for more to encode than its layer may hold.
extension BufferEvent {
  /// The filter waits for bytes of the layer above. Throws where those cannot come: that layer's filter gets no room before
  /// something leaves this one, which is at its mark. The application on top gets any.
  ///
  /// What is flushed in this turn comes whatever the mark, so the verdict is that of the next call, from the loop.
  func waitsForOutput(_ stage: Stage, _ below: BufferEvent, wasFull: Bool) throws {
    guard let above = upper?.takeUnretainedValue(), !above.flags.contains(.failed) else { return }
    let isCalledAgain = stage.context.mayLeaveMore || flags.contains(.wakeStage) || extras?.wakeTime != nil
    // A filter may also wait for room: it is called again when bytes leave the layer below.
    guard !outputBuffer.isEmpty, !isCalledAgain, below.outputStays else { return }
    stage.state.insert(.encodeWaits)
    guard isOutputFull else {
      // The filter above may have waited for this layer to send.
      return above.lookForFullOutput()
    }
    if wasFull { throw StreamError.Reason.outputFull }
    stage.state.insert(.encodeFull)
    schedule(.pumpDown)
  }

  /// Has the filter called again where its layer is at the mark, and nobody else may do so.
  func lookForFullOutput() {
    guard stage != nil, upper != nil, !flags.intersects(.outputHeld), isOutputFull else { return }
    schedule(.pumpDown)
  }

  private var isOutputFull: Bool { outputBuffer.count >= writeHigh }

  /// Whether nothing leaves the output before more joins it.
  private var outputStays: Bool {
    outputBuffer.isEmpty || stage?._withUnsafeGuaranteedRef { $0.state.contains(.encodeWaits) } == true
  }
}
