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

  private var secret: [UInt8]
  private var key: [UInt8] = []
  private var iv: [UInt8] = []
  private var sequence: UInt64 = 0

  /// For the first application records of whoever has `secret`, with TLS_AES_128_GCM_SHA256.
  init(secret: [UInt8]) {
    self.secret = secret
    makeKeys()
  }

  private mutating func makeKeys() {
    (key, iv, sequence) = (Self.expand(secret, "key", 16), Self.expand(secret, "iv", 12), 0)
  }

  /// The record of a key update that wants an answer; those behind it have the new keys.
  mutating func keyUpdate() -> [UInt8] {
    let record = record(Inside.handshake, [24, 0, 0, 1, 1])
    secret = Self.expand(secret, "traffic upd", 32)
    makeKeys()
    return record
  }

  /// For the records of an end, "CLIENT" or "SERVER", of which these are lines of the key log.
  init(of end: String, _ lines: [String]) throws {
    let line = try #require(lines.first { $0.hasPrefix("\(end)_TRAFFIC_SECRET_0 ") })
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
  /// A conversation that is done with its handshake, and what forges the records of an end, "CLIENT" or "SERVER".
  static func forged(
    _ end: String = "CLIENT", client change: (inout TLSClientConfiguration) -> Void = { _ in }
  ) throws -> (Conversation, RecordForge) {
    let lines = Lines()
    let talk = try Conversation(
      client: {
        $0.options.cipherSuites = "TLS_AES_128_GCM_SHA256"
        $0.options.keyLog = { lines.add($0) }
        change(&$0)
      },
      server: { if end == "SERVER" { $0.sessions = .none } })
    try talk.settle()
    return (talk, try RecordForge(of: end, lines.all))
  }

  /// Puts bytes on the wire to the server.
  func send(_ bytes: [UInt8]) throws { try Self.put(bytes, into: server) }

  /// Puts bytes on the wire to the client.
  func sendBack(_ bytes: [UInt8]) throws { try Self.put(bytes, into: client) }

  private static func put(_ bytes: [UInt8], into end: BufferEvent) throws {
    var buffer = end.base.makeBuffer()
    buffer.append(bytes)
    try #require(end.underlying).receive(&buffer)
  }
}
