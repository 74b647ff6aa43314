extension EventBase {
  /// Two ends in memory: what is written to one comes out of the other, in order, with no socket between.
  ///
  /// Bytes are in the other half's input when the write returns, if this half is enabled for writing, and the other for
  /// reading and below its read high mark; otherwise they wait in the output, and move as soon as all that holds. Whole
  /// buffers move by pointer. Callbacks come from the loop. `close()` and `finish()` show the other half the data, then the end
  /// of input; `abort()` a reset; `free()` nothing at all. An idle pair keeps no loop running.
  ///
  /// Whoever has them holds them, and what is put on them: a half that nobody holds is closed, whatever callbacks it has, where
  /// the base holds an event over a descriptor.
  ///
  /// libevent: `bufferevent_pair_new`; that a closed half tells the other is libevent#93.
  public func pair() -> (BufferEvent, BufferEvent) {
    let left = BufferEvent(base: self)
    let right = BufferEvent(base: self)
    left.partnerLink = Unmanaged.passUnretained(right)
    right.partnerLink = Unmanaged.passUnretained(left)
    return (left, right)
  }
}
