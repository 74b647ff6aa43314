internal import COpenSSL
internal import Sluice

extension TLSConnection {
  /// Writes one record of up to `longest` bytes from the front of `source`. Pieces that nearly fill one are a record each, so
  /// that only small ones are brought together. False where half a message of the protocol came, and the library writes nothing
  /// before the other half.
  @inline(__always) func write(
    _ longest: Int, from source: inout EventBuffer, to target: UnsafeMutablePointer<EventBuffer>
  ) throws -> Bool {
    var first = source.unsafeFirstBytes
    var length = min(first.count, longest)
    if length < longest, length < TLSFilter.recordSize * 7 / 8 {
      try source.makeContiguous(longest)
      first = source.unsafeFirstBytes
      length = longest
    }
    let written = call(nil, target) { SSL_write(pointer, first.baseAddress, Int32(length)) }
    guard written > 0 else {
      if SSL_want(pointer) == SSL_READING { return false }
      throw failure()
    }
    source.drain(Int(written))
    return true
  }

  /// Reads records until the source is empty, or `target` has got a turn's worth or `limit` bytes; what is left of a record then
  /// stays in the library. False when the other end said that it is done.
  @inline(__always) func open(
    _ source: UnsafeMutablePointer<EventBuffer>, _ target: UnsafeMutablePointer<EventBuffer>,
    _ reply: UnsafeMutablePointer<EventBuffer>, _ limit: Int, _ emptyBytes: inout Int
  ) throws -> Bool {
    try call(source, reply) {
      let record = TLSFilter.recordSize
      let first = source.pointee.count
      var left = limit
      while !source.pointee.isEmpty || holdsInput, left > 0, limit &- left < record {
        // No record holds more than it takes on the wire, save for what the library has of it already.
        let room = min(holdsInput ? record : source.pointee.count, record, left)
        var before = 0
        var result: Int32 = 0
        left &-= try target.pointee.withRoom(atLeast: room) { area in
          var filled = 0
          repeat {
            before = source.pointee.count
            let asked = min(area.count - filled, record, left - filled)
            result = SSL_read(pointer, area.baseAddress?.advanced(by: filled), Int32(asked))
            if result <= 0 { break }
            filled += Int(result)
            // An `SSL` that came here connected may have read more than this record.
            holdsInput =
              wire.pointee.readsWholeRecords
              ? Int(result) == asked && SSL_pending(pointer) > 0 : SSL_has_pending(pointer) == 1
          } while min(area.count, left) - filled >= record && !source.pointee.isEmpty
          if filled > 0 { emptyBytes = 0 }
          return filled
        }
        if result > 0 { continue }
        // The library stops behind each message, and others may stand in the record: it is called again, though no more comes.
        holdsInput = wire.pointee.isBetweenRecords && SSL_has_pending(pointer) == 1
        emptyBytes += max(before - source.pointee.count, 1)
        // `SSL_get_error` takes what others left in the thread's queue of errors for this call's: the connection's own state
        // says it all.
        guard SSL_want(pointer) == SSL_READING else {
          guard isPeerDone else { throw failure() }
          return false
        }
        // Answers leave before more of them are made.
        let hasAnswered = !reply.pointee.isEmpty && source.pointee.count < first
        if hasAnswered || emptyBytes > TLSFilter.largestFlood { return true }
      }
      return true
    }
  }

  /// Whether the other end sent close_notify. An alert that ends a connection is noted by the library in the same place; behind
  /// one, the library is in its handshake for ever.
  var isPeerDone: Bool { SSL_get_shutdown(pointer) & SSL_RECEIVED_SHUTDOWN != 0 && SSL_in_init(pointer) == 0 }

  /// Sends close_notify; what the other end sends is still read. False where half a message of the protocol came, and the
  /// library sends nothing before the other half.
  func sendCloseNotify(_ target: UnsafeMutablePointer<EventBuffer>) -> Bool {
    call(nil, target) {
      let result = SSL_shutdown(pointer)
      ERR_clear_error()
      return result >= 0 || SSL_in_init(pointer) == 0
    }
  }
}
