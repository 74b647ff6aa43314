internal import COpenSSL
internal import Sluice

/// What the library reads from and writes to: the segment chains that a filter's call lends. One copy each way.
enum WireBIO {
  /// What tells them from others.
  static let type = BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK)

  // An address, since a method is never freed and every thread may use it.
  private static let method: UInt = {
    let method = BIO_meth_new(type, "sluice")
    BIO_meth_set_read_ex(method, wireRead)
    BIO_meth_set_write_ex(method, wireWrite)
    BIO_meth_set_ctrl(method, sluice_wire_control)
    return UInt(bitPattern: method)
  }()

  static func make(for connection: TLSConnection) -> OpaquePointer? {
    guard let bio = BIO_new(OpaquePointer(bitPattern: method)) else { return nil }
    BIO_set_data(bio, Unmanaged.passUnretained(connection).toOpaque())
    return bio
  }
}

private func wireRead(
  _ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ count: Int, _ done: UnsafeMutablePointer<Int>?
) -> Int32 {
  guard let data = BIO_get_data(bio), let target, let done else { return 0 }
  let area = UnsafeMutableRawBufferPointer(start: target, count: count)
  let read = Unmanaged<TLSConnection>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.readWire(into: area) }
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
  guard let data = BIO_get_data(bio), let done else { return 0 }
  return Unmanaged<TLSConnection>.fromOpaque(data)._withUnsafeGuaranteedRef { connection in
    guard let output = connection.output else { return 0 }
    output.pointee.append(UnsafeRawBufferPointer(start: source, count: count))
    done.pointee = count
    return 1
  }
}

extension TLSConnection {
  /// Gives the library bytes of the wire. Once the handshake is complete it asks for as much as it has room for, and is given
  /// what there is up to the end of a record: so it takes a record in one call, and keeps nothing of the next one.
  @inline(__always) fileprivate func readWire(into area: UnsafeMutableRawBufferPointer) -> Int {
    guard let input else { return 0 }
    guard readsWholeRecords else {
      let count = input.pointee.read(into: area)
      if !isEstablished { noteHandshake(area[..<count]) }
      return count
    }
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
  private func readHeader(_ input: inout EventBuffer, into area: UnsafeMutableRawBufferPointer) -> Int {
    let count = input.read(into: UnsafeMutableRawBufferPointer(rebasing: area[..<min(area.count, 5 - headerCount)]))
    for byte in area[..<count] {
      // The last two of the five are the length.
      headerLength = (headerLength << 8 | Int(byte)) & 0xFFFF
      headerCount += 1
    }
    if headerCount == 5 { (recordLeft, headerCount) = (headerLength, 0) }
    return count
  }

  func noteHandshake(_ bytes: Slice<UnsafeMutableRawBufferPointer>) {
    handshakeBytes += bytes.count
    guard firstBytes.count < 16 else { return }
    for byte in bytes.prefix(16 - firstBytes.count) {
      firstBytes.bytes[firstBytes.count] = byte
      firstBytes.count += 1
    }
  }
}
