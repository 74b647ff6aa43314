/// A ClientHello of TLS 1.2, byte by byte: with what no library would say. RFC 5246, 7.4.1.2.
struct RawHello {
  /// Type and contents.
  var extensions: [(type: Int, contents: [UInt8])] = [
    (10, [0, 2, 0, 23]), (11, [1, 0]), (13, [0, 4, 4, 3, 8, 4]),
  ]
  /// What its length says; nil is the truth.
  var claimedLength: Int?

  /// The message in records of up to `size` bytes.
  func records(of size: Int = 16_384) -> [UInt8] {
    let message = message
    return stride(from: 0, to: message.count, by: size).flatMap { start -> [UInt8] in
      let part = message[start..<min(start + size, message.count)]
      return [22, 3, 1] + Self.word(part.count) + part
    }
  }

  private var message: [UInt8] {
    let all = extensions.flatMap { extra -> [UInt8] in
      Self.word(extra.type) + Self.word(extra.contents.count) + extra.contents
    }
    // ECDHE-ECDSA-AES128-GCM-SHA256, and no compression.
    var body: [UInt8] = [3, 3] + [UInt8](repeating: 9, count: 32)
    body += [0, 0, 2, 0xC0, 0x2B, 1, 0] + Self.word(all.count) + all
    let length = claimedLength ?? body.count
    return [1, UInt8(length >> 16 & 255)] + Self.word(length) + body
  }

  static func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

  /// The extension that asks for these names.
  static func serverNames(_ names: [[UInt8]]) -> (type: Int, contents: [UInt8]) {
    let list = names.flatMap { name -> [UInt8] in [0] + word(name.count) + name }
    return (0, word(list.count) + list)
  }

  /// The extension that offers these protocols.
  static func protocols(_ names: [String]) -> (type: Int, contents: [UInt8]) {
    let list = names.flatMap { name -> [UInt8] in [UInt8(name.utf8.count)] + Array(name.utf8) }
    return (16, word(list.count) + list)
  }
}
