import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

/// Makes the encrypted records of TLS 1.3 that no library would send: what is inside is up to the test. RFC 8446, 5.2 and 7.3.
struct RecordForge {
  enum Inside {
    static let alert: UInt8 = 21
    static let handshake: UInt8 = 22
    static let data: UInt8 = 23
  }

  private let key: [UInt8]
  private let iv: [UInt8]
  private var sequence: UInt64 = 0

  /// For the first application records of whoever has `secret`, with TLS_AES_128_GCM_SHA256.
  init(secret: [UInt8]) {
    key = Self.expand(secret, "key", 16)
    iv = Self.expand(secret, "iv", 12)
  }

  /// For the records of a client whose key log these lines are.
  init(clientOf lines: [String]) throws {
    let line = try #require(lines.first { $0.hasPrefix("CLIENT_TRAFFIC_SECRET_0 ") })
    let hex = try #require(line.split(separator: " ").last)
    self.init(
      secret: stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) })
  }

  /// A record with these contents, and so many zeros behind them.
  mutating func record(_ type: UInt8, _ contents: [UInt8], padding: Int = 0) -> [UInt8] {
    let inner = contents + [type] + [UInt8](repeating: 0, count: padding)
    let length = inner.count + 16
    let header: [UInt8] = [23, 3, 3, UInt8(length >> 8), UInt8(length & 255)]
    var nonce = iv
    for index in 0..<8 { nonce[4 + index] ^= UInt8(truncatingIfNeeded: sequence >> (8 * (7 - index))) }
    sequence += 1
    return header + Self.seal(inner, header, key, nonce)
  }

  private static func expand(_ secret: [UInt8], _ label: String, _ count: Int) -> [UInt8] {
    let name = Array("tls13 \(label)".utf8)
    let info = [0, UInt8(count), UInt8(name.count)] + name + [0, 1]
    var out = [UInt8](repeating: 0, count: 32)
    var written = 0
    _ = EVP_Q_mac(nil, "HMAC", nil, "SHA256", nil, secret, secret.count, info, info.count, &out, out.count, &written)
    return Array(out[..<count])
  }

  private static func seal(_ plain: [UInt8], _ header: [UInt8], _ key: [UInt8], _ nonce: [UInt8]) -> [UInt8] {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var (out, tag) = ([UInt8](repeating: 0, count: plain.count), [UInt8](repeating: 0, count: 16))
    var count: Int32 = 0
    EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nonce)
    EVP_EncryptUpdate(context, nil, &count, header, Int32(header.count))
    EVP_EncryptUpdate(context, &out, &count, plain, Int32(plain.count))
    EVP_EncryptFinal_ex(context, &tag, &count)
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag)
    return out + tag
  }
}

extension Conversation {
  /// A conversation whose client is done with its handshake, and what forges its records.
  static func forged() throws -> (Conversation, RecordForge) {
    let lines = Lines()
    let talk = try Conversation(client: {
      $0.options.cipherSuites = "TLS_AES_128_GCM_SHA256"
      $0.options.keyLog = { lines.add($0) }
    })
    try talk.settle()
    return (talk, try RecordForge(clientOf: lines.all))
  }

  /// Puts bytes on the wire to the server.
  func send(_ bytes: [UInt8]) throws {
    var buffer = base.makeBuffer()
    buffer.append(bytes)
    try #require(client.underlying?.partner).receive(&buffer)
  }
}
