internal import COpenSSL
internal import Sluice

/// What the library reads from and writes to: the segment chains that a filter's call lends. One copy each way.
enum WireBIO {
  // An address, since a method is never freed and every thread may use it.
  private static let method: UInt = {
    let method = BIO_meth_new(BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK), "sluice")
    BIO_meth_set_read_ex(method, wireRead)
    BIO_meth_set_write_ex(method, wireWrite)
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
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
  return Unmanaged<TLSConnection>.fromOpaque(data)._withUnsafeGuaranteedRef { connection in
    guard let input = connection.input, !input.pointee.isEmpty else {
      BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
      return 0
    }
    let area = UnsafeMutableRawBufferPointer(start: target, count: count)
    done.pointee = input.pointee.read(into: area)
    if !connection.isEstablished { connection.noteHandshake(area[..<done.pointee]) }
    return 1
  }
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
  func noteHandshake(_ bytes: Slice<UnsafeMutableRawBufferPointer>) {
    handshakeBytes += bytes.count
    guard firstBytes.count < 16 else { return }
    for byte in bytes.prefix(16 - firstBytes.count) {
      firstBytes.bytes[firstBytes.count] = byte
      firstBytes.count += 1
    }
  }
}
