internal import COpenSSL
internal import Sluice

/// What the library reads from and writes to: the segment chains that a filter's call lends. One copy each way.
struct Wire {
  /// The connection it is for; it outlives this.
  let connection: Unmanaged<TLSConnection>
  // Set during a call only.
  var input: UnsafeMutablePointer<EventBuffer>?
  var output: UnsafeMutablePointer<EventBuffer>?
  /// Whether the library has freed its side of it.
  fileprivate(set) var isFreed = false

  /// Whether the library asks for as much as it has room for, and is given a record at a time.
  var readsWholeRecords = false
  /// Bytes of the record that the library reads which it was not given yet.
  private var recordLeft = 0
  /// Bytes of a header that was not given as a whole, and the length in them.
  private var headerCount = 0
  private var headerLength = 0

  /// Whether all that the library was given are whole records.
  var isBetweenRecords: Bool { readsWholeRecords && recordLeft == 0 && headerCount == 0 }

  init(for connection: TLSConnection) { self.connection = Unmanaged.passUnretained(connection) }

  /// Gives the library bytes. Once the handshake is complete it asks for as much as it has room for, and is given what there is
  /// up to the end of a record: so it takes a record in one call, and keeps nothing of the next one.
  @inline(__always) fileprivate mutating func read(into area: UnsafeMutableRawBufferPointer) -> Int {
    guard let input else { return 0 }
    guard readsWholeRecords else { return readHandshake(&input.pointee, into: area) }
    if recordLeft == 0 {
      let bytes = input.pointee.unsafeFirstBytes
      guard headerCount == 0, bytes.count >= 5 else { return readHeader(&input.pointee, into: area) }
      recordLeft = 5 &+ Int(bytes[3]) << 8 &+ Int(bytes[4])
    }
    let count = input.pointee.read(into: UnsafeMutableRawBufferPointer(rebasing: area[..<min(area.count, recordLeft)]))
    recordLeft &-= count
    return count
  }

  /// Gives the bytes of a header that is in pieces, and finds the record's length in them.
  private mutating func readHeader(_ input: inout EventBuffer, into area: UnsafeMutableRawBufferPointer) -> Int {
    let count = input.read(into: UnsafeMutableRawBufferPointer(rebasing: area[..<min(area.count, 5 - headerCount)]))
    for byte in area[..<count] {
      // The last two of the five are the length.
      headerLength = (headerLength << 8 | Int(byte)) & 0xFFFF
      headerCount += 1
    }
    if headerCount == 5 { (recordLeft, headerCount) = (headerLength, 0) }
    return count
  }

  private func readHandshake(_ input: inout EventBuffer, into area: UnsafeMutableRawBufferPointer) -> Int {
    let count = input.read(into: area)
    connection._withUnsafeGuaranteedRef { if !$0.isEstablished { $0.noteHandshake(area[..<count]) } }
    return count
  }
}

/// A `BIO` over a `Wire`.
enum WireBIO {
  /// What tells them from others.
  static let type = BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK)

  // An address, since a method is never freed and every thread may use it.
  private static let method: UInt = {
    let method = BIO_meth_new(type, "sluice")
    BIO_meth_set_read_ex(method, wireRead)
    BIO_meth_set_write_ex(method, wireWrite)
    BIO_meth_set_ctrl(method, sluice_wire_control)
    BIO_meth_set_destroy(method) { bio in
      BIO_get_data(bio)?.assumingMemoryBound(to: Wire.self).pointee.isFreed = true
      return 1
    }
    return UInt(bitPattern: method)
  }()

  static func make(over wire: UnsafeMutablePointer<Wire>) -> OpaquePointer? {
    guard let bio = BIO_new(OpaquePointer(bitPattern: method)) else { return nil }
    BIO_set_data(bio, wire)
    return bio
  }

  /// The wire that an `SSL` speaks over; nil for one that speaks over something else.
  static func wire(of ssl: OpaquePointer?) -> UnsafeMutablePointer<Wire>? {
    guard let bio = SSL_get_rbio(ssl), BIO_method_type(bio) == type else { return nil }
    return BIO_get_data(bio)?.assumingMemoryBound(to: Wire.self)
  }

  /// An `SSL` that somebody keeps has nothing more to speak over.
  static func cut(_ ssl: OpaquePointer) { BIO_set_data(SSL_get_rbio(ssl), nil) }
}

private func wireRead(
  _ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ count: Int, _ done: UnsafeMutablePointer<Int>?
) -> Int32 {
  guard let wire = BIO_get_data(bio)?.assumingMemoryBound(to: Wire.self), let target, let done else { return 0 }
  let read = wire.pointee.read(into: UnsafeMutableRawBufferPointer(start: target, count: count))
  guard read > 0 else {
    BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
    return 0
  }
  done.pointee = read
  return 1
}

private func wireWrite(
  _ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ count: Int, _ done: UnsafeMutablePointer<Int>?
) -> Int32 {
  guard let wire = BIO_get_data(bio)?.assumingMemoryBound(to: Wire.self), let done, let output = wire.pointee.output
  else { return 0 }
  output.pointee.append(UnsafeRawBufferPointer(start: source, count: count))
  done.pointee = count
  return 1
}

extension TLSConnection {
  fileprivate func noteHandshake(_ bytes: Slice<UnsafeMutableRawBufferPointer>) {
    handshakeBytes += bytes.count
    guard firstBytes.count < 16 else { return }
    for byte in bytes.prefix(16 - firstBytes.count) {
      firstBytes.bytes[firstBytes.count] = byte
      firstBytes.count += 1
    }
  }
}
