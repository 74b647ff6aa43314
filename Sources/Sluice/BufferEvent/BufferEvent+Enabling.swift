extension BufferEvent {
  /// The directions that the application wants to run; both, on a new event. libevent: `bufferevent_get_enabled`, where
  /// reading has to be asked for: here nothing is lost by reading early, since bytes wait for their callback.
  public var enabled: Directions {
    var directions: Directions = []
    if !flags.contains(.readDisabled) { directions.insert(.read) }
    if !flags.contains(.writeDisabled) { directions.insert(.write) }
    return directions
  }

  /// Lets directions run: what waits in them moves at once, and a read callback that was held back is queued.
  /// libevent: `bufferevent_enable`.
  public func enable(_ directions: Directions) {
    if directions.contains(.write), flags.contains(.writeDisabled) {
      flags.remove(.writeDisabled)
      writingResumed()
    }
    if directions.contains(.read), flags.contains(.readDisabled) {
      flags.remove(.readDisabled)
      readingResumed()
    }
  }

  /// Holds directions back: bytes stay where they are, and queued read callbacks are not made before reading is enabled
  /// again. libevent: `bufferevent_disable`.
  public func disable(_ directions: Directions) {
    if directions.contains(.write) { flags.insert(.writeDisabled) }
    if directions.contains(.read) {
      flags.insert(.readDisabled)
      readingStopped()
    }
    timingChanged()
  }

  /// Holds directions back for a reason, without touching `enabled`. They go on when no reason is left.
  public func suspend(_ directions: Directions, for reason: Suspension = .application) {
    if directions.contains(.read) {
      readReasons.insert(reason)
      flags.insert(.readSuspended)
      readingStopped()
    }
    if directions.contains(.write) {
      writeReasons.insert(reason)
      flags.insert(.writeSuspended)
    }
    timingChanged()
  }

  /// Takes a reason to hold directions back away. Does nothing where it was not given.
  public func resume(_ directions: Directions, from reason: Suspension = .application) {
    if directions.contains(.write), !writeReasons.intersection(reason).isEmpty {
      writeReasons.remove(reason)
      if writeReasons.isEmpty {
        flags.remove(.writeSuspended)
        writingResumed()
      }
    }
    if directions.contains(.read), !readReasons.intersection(reason).isEmpty {
      readReasons.remove(reason)
      if readReasons.isEmpty {
        flags.remove(.readSuspended)
        readingResumed()
      }
    }
  }

  /// Why a direction is suspended, or held back by this layer's filter; empty where it is not.
  public func suspensions(_ direction: Directions) -> Suspension {
    var reasons = Suspension()
    if direction.contains(.read) { reasons.formUnion(readReasons.union(stage?.takeUnretainedValue().readHold ?? [])) }
    if direction.contains(.write) {
      reasons.formUnion(writeReasons.union(stage?.takeUnretainedValue().writeHold ?? []))
    }
    return reasons
  }

  private func writingResumed() {
    timingChanged()
    pushDown()
    tellWriterAbove()
  }

  /// Reading may go on: brings what waits below, and queues the callbacks that were held back.
  func readingResumed() {
    timingChanged()
    if stage != nil {
      flags.remove(.inputAwaited)
      schedule(.pumpUp)
    } else if let partnerLink {
      partnerLink._withUnsafeGuaranteedRef { $0.pushToWire() }
    } else {
      wireReadingChanged()
    }
    announceOwedRead()
    if flags.contains(.eventsPending) { base.queue.append(self) }
  }

  /// Whether the application has stopped reading here, or in a layer above.
  var isReadingStoppedAbove: Bool {
    var next: BufferEvent? = self
    while let event = next {
      if event.flags.contains(.readDisabled) || event.readReasons.contains(.application) { return true }
      next = event.upper?.takeUnretainedValue()
    }
    return false
  }

  /// Tells an outside transport that bytes are not wanted any more, here or in a layer above.
  private func readingStopped() {
    var wire = self
    while let below = wire.underlying { wire = below }
    if wire !== self, wire.flags.contains(.failed) { return wire.tellWritingFailed() }
    wire.wireReadingChanged()
  }

  /// That writing failed waits for what came before it to be read, and no longer where nobody reads that.
  private func tellWritingFailed() {
    base.defer { [weak self] in
      guard let failure = self?.failure, failure.direction == .write, var layer = self else { return }
      while layer.flags.contains(.failed), let above = layer.upper?.takeUnretainedValue() { layer = above }
      if layer.isReadingStoppedAbove { layer.fail(failure) }
    }
  }

  /// Tells an outside transport whether bytes are wanted.
  func wireReadingChanged() {
    guard flags.contains(.hasTransport) else { return }
    let isWanted = wantsBytes
    if !isWanted { flags.insert(.inputAwaited) }
    transport?.readingChanged(self, isWanted: isWanted)
  }

  /// Whether the input takes bytes now.
  var wantsBytes: Bool { !flags.intersects(.receiveBlocked) && inputBuffer.count < readHigh }
}
