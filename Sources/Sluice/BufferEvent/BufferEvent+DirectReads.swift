extension BufferEvent {
  /// Reads on behind the last byte of the input, where the filter is in the middle of its work: it decodes into the caller's
  /// memory, without the way over the input. Only for filters that leave what they appended where it is.
  ///
  /// - Returns: the number of bytes in `target`.
  @inline(never) func readDirectly(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard let stage, stage._withUnsafeGuaranteedRef({ $0.traits.contains(.onlyAppendsToTarget) }), upper == nil else {
      return 0
    }
    guard var next = target.baseAddress else { return 0 }
    var left = target.count
    while left >= Self.turn, isDecodingOn, inputBuffer.isEmpty {
      var segment = Segment.lent(next, room: left)
      let got = withUnsafeMutablePointer(to: &segment) { segment in
        inputBuffer.lendRoom(segment)
        stage._withUnsafeGuaranteedRef { $0.decodesOn = false }
        _ = decodeStep()
        return inputBuffer.takeBack(segment)
      }
      if got == 0 { break }
      next += got
      left -= got
    }
    // Nobody is to be told of what the caller has.
    if inputBuffer.isEmpty { flags.remove(.readOwed) }
    return target.count - left
  }
}
