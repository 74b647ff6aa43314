internal import COpenSSL
internal import Sluice

extension TLSConnection {
  /// Writes one record of `length` bytes from the front of `source`.
  @inline(__always) func write(
    _ length: Int, from source: inout EventBuffer, to target: UnsafeMutablePointer<EventBuffer>
  ) throws {
    if source.contiguousCount < length { try source.makeContiguous(length) }
    let written = try call(nil, target) {
      try source.withFirstSpan { span in
        try span.withUnsafeBytes { bytes in
          let written = SSL_write(pointer, bytes.baseAddress, Int32(length))
          guard written > 0 else { throw failure() }
          return Int(written)
        }
      }
    }
    source.drain(written)
  }

  /// Reads records until the source is empty or `target` has grown to `goal`. False when the other end said that it is
  /// done.
  @inline(__always) func open(
    _ source: UnsafeMutablePointer<EventBuffer>, _ target: UnsafeMutablePointer<EventBuffer>,
    _ reply: UnsafeMutablePointer<EventBuffer>, _ goal: Int, _ emptyBytes: inout Int
  ) throws -> Bool {
    try call(source, reply) {
      var wanted = 0
      while !source.pointee.isEmpty && target.pointee.count < goal || wanted > 0 {
        let before = source.pointee.count
        // No record holds more than it takes on the wire, save for what the library has of it already.
        let room = wanted > 0 ? wanted : min(before, TLSFilter.recordSize)
        var result: Int32 = 0
        var asked = 0
        try target.pointee.withRoom(atLeast: room) { area in
          asked = min(area.count, TLSFilter.recordSize)
          result = SSL_read(pointer, area.baseAddress, Int32(asked))
          return Int(max(result, 0))
        }
        if result > 0 {
          emptyBytes = 0
          // The rest of a record is taken in any case: nobody would come back for it.
          wanted = Int(result) == asked ? Int(SSL_pending(pointer)) : 0
          continue
        }
        wanted = 0
        emptyBytes += before - source.pointee.count
        switch SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ:
          if source.pointee.count == before || emptyBytes > TLSFilter.largestFlood { return true }
        case SSL_ERROR_ZERO_RETURN: return false
        default: throw failure()
        }
      }
      return true
    }
  }

  /// Sends close_notify; what the other end sends is still read.
  func sendCloseNotify(_ target: UnsafeMutablePointer<EventBuffer>) {
    call(nil, target) {
      _ = SSL_shutdown(pointer)
      ERR_clear_error()
    }
  }
}
