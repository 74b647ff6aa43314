extension BufferEvent {
  /// The bytes that came and were not read yet. libevent: `bufferevent_get_input`.
  ///
  /// Draining it below the read high mark brings what waits below; the bytes of the other half of a pair are here when the
  /// access ends, and the read callback tells of them later. Changing it while a call further up changes it already is a
  /// programming error that traps. After the end of input and after errors, what came before is still here; `close()`
  /// empties it.
  public var input: EventBuffer {
    _read {
      beginInputRead()
      defer { endInputRead() }
      yield inputBuffer
    }
    _modify {
      precondition(!flags.intersects(.inputHeld), Self.inputInUse)
      flags.insert(.inputBusy)
      defer { endInputAccess() }
      yield &inputBuffer
    }
  }

  /// The bytes that were written and have not left yet. libevent: `bufferevent_get_output`.
  ///
  /// What is appended here goes its way when the access ends, as if it were written; on an event that refuses writes it is
  /// dropped again.
  public var output: EventBuffer {
    _read {
      beginOutputRead()
      defer { endOutputRead() }
      yield outputBuffer
    }
    _modify {
      precondition(!flags.intersects(.outputHeld), Self.outputInUse)
      let isRefused = flags.intersects(.writeRefused)
      flags.insert(.outputBusy)
      let before = outputBuffer.count
      defer { endOutputAccess(from: before, isRefused) }
      yield &outputBuffer
    }
  }

  /// The number of bytes in `input`. O(1), and cheaper than `input.count`, which begins and ends an access.
  public var inputCount: Int { inputBuffer.count }

  /// The number of bytes in `output`. O(1), and cheaper than `output.count`.
  public var outputCount: Int { outputBuffer.count }

  /// Moves up to `target.count` bytes from the input into `target`. O(n), one copy; a filter that has more at hand may
  /// add it without one. libevent: `bufferevent_read`.
  ///
  /// - Returns: the number of bytes written to `target`.
  @discardableResult
  public func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    precondition(!flags.intersects(.inputHeld), Self.inputInUse)
    if inputBuffer.watchers != nil { return input.read(into: target) }
    let count = inputBuffer.read(into: target)
    if count > 0 { inputShrank() }
    guard isDecodingOn else { return count }
    return count + readDirectly(into: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
  }

  /// Moves all of the input to the end of `target`. O(1). libevent: `bufferevent_read_buffer`.
  public func read(into target: inout EventBuffer) {
    target.append(&input)
  }

  static var inputInUse: String { "input is in use: end the access that runs before starting another" }
  static var outputInUse: String { "output is in use: end the access that runs before starting another" }
}
