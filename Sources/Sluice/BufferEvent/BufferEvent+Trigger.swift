/// How `BufferEvent.trigger` treats the low marks. libevent: `BEV_TRIG_IGNORE_WATERMARKS`.
public enum TriggerMode: Sendable {
  /// A callback is called where its low mark allows it.
  case respectingWatermarks
  /// It is called in any case.
  case ignoringWatermarks
}

extension BufferEvent {
  /// Queues the callbacks of directions, though nothing moved; also those of disabled ones. libevent: `bufferevent_trigger`.
  public func trigger(_ directions: Directions, _ mode: TriggerMode = .respectingWatermarks) {
    guard !flags.intersects([.closing, .closed]) else { return }
    let ignoring = mode == .ignoringWatermarks
    if directions.contains(.read), ignoring || inputBuffer.count >= readLow { schedule(.readTriggered) }
    if directions.contains(.write), ignoring || outputBuffer.count <= writeLow { schedule(.writeTriggered) }
  }

  /// Queues `event` for the event callback, behind those that wait; `.notice` carries whatever the application likes. The
  /// state of the stream does not change: an `.error` given here ends nothing. Where a filter stands on this event, the top of
  /// the stack is told, unless that has failed. libevent: `bufferevent_trigger_event`.
  public func trigger(_ event: StreamEvent) {
    if upper == nil { tell(event) } else { announce(event) }
  }
}
