internal import COpenSSL
internal import Sluice

/// What the library reads from and writes to: the segment chains that a filter's call lends. One copy each way.
enum WireBIO {
  // An address, since a method is never freed and every thread may use it.
  private static let method: UInt = {
    let method = BIO_meth_new(BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK), "sluice")
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
    if recordLeft == 0 { recordLeft = Self.recordSize(&input.pointee) }
    let count = input.pointee.read(into: UnsafeMutableRawBufferPointer(rebasing: area[..<min(area.count, recordLeft)]))
    recordLeft &-= count
    return count
  }

  /// The size of the record that begins here, with its header; 0 where the header is not whole.
  @inline(__always) private static func recordSize(_ input: inout EventBuffer) -> Int {
    let bytes = input.unsafeFirstBytes
    if bytes.count >= 5 { return 5 &+ Int(bytes[3]) << 8 &+ Int(bytes[4]) }
    guard input.count >= 5 else { return 0 }
    let header = input.bytes(upTo: 5)
    return 5 + Int(header[3]) << 8 + Int(header[4])
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
