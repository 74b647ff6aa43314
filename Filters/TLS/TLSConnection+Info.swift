internal import COpenSSL

/// What a handshake came to.
public struct TLSInfo: Sendable, CustomStringConvertible {
  /// The version that is spoken.
  public let version: TLSVersion
  /// The cipher suite, such as "TLS_AES_128_GCM_SHA256".
  public let cipher: String
  /// The group of the key exchange, such as "X25519", or its number in the registry; nil where a session was resumed without one.
  public let group: String?
  /// The protocol that ALPN chose; nil where it chose none.
  public let applicationProtocol: String?
  /// The name that the client asked for (SNI); nil where it asked for none.
  public let serverName: String?
  /// The other end's certificates, its own one first; empty where it showed none. Of a resumed session, those of the
  /// full handshake, without their chain where the session was not kept in memory.
  public let peerCertificates: [TLSCertificate]
  /// Whether a session was resumed.
  public let isResumed: Bool
  /// How long the handshake took.
  public let handshakeTime: Duration?

  /// One line of it.
  public var description: String {
    var parts = ["\(version)", cipher]
    if let applicationProtocol { parts.append("ALPN \(Names.escaped(applicationProtocol))") }
    if let serverName { parts.append("for \(Names.escaped(serverName))") }
    if let peer = peerCertificates.first { parts.append("peer \(peer.subject)") }
    if isResumed { parts.append("resumed") }
    if let handshakeTime { parts.append("handshake took \(handshakeTime)") }
    return parts.joined(separator: ", ")
  }
}

extension TLSConnection: CustomStringConvertible {
  /// What the handshake came to; nil before it is complete. Made anew each time: O(certificates).
  public var info: TLSInfo? {
    guard isEstablished, let version = TLSVersion(code: sluice_ssl_version(pointer)) else { return nil }
    return TLSInfo(
      version: version,
      cipher: SSL_CIPHER_get_name(SSL_get_current_cipher(pointer)).map { String(cString: $0) } ?? "none",
      group: group, applicationProtocol: applicationProtocol,
      serverName: SSL_get_servername(pointer, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) },
      peerCertificates: peerCertificates, isResumed: isResumed, handshakeTime: handshakeTime)
  }

  /// Whether a session was resumed. O(1), where `info` would be made for this alone.
  public var isResumed: Bool { isEstablished && SSL_session_reused(pointer) == 1 }

  /// The information in a line, or what is going on.
  public var description: String { info?.description ?? "handshake, \(handshakeBytes) bytes came" }

  private var group: String? {
    let number = sluice_ssl_group(pointer)
    guard number > 0 else { return nil }
    // The library has numbers of its own for the groups it has a name for, and marks the others.
    if number & 0x100_0000 != 0 { return "0x" + String(number & 0xFFFF, radix: 16) }
    return OBJ_nid2sn(Int32(number)).map { String(cString: $0) }
  }

  private var applicationProtocol: String? {
    var bytes: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(pointer, &bytes, &count)
    guard let bytes, count > 0 else { return nil }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
  }

  private var peerCertificates: [TLSCertificate] {
    var certificates: [TLSCertificate] = []
    if let leaf = SSL_get0_peer_certificate(pointer) { certificates.append(TLSCertificate(leaf)) }
    let chain = SSL_get_peer_cert_chain(pointer)
    for index in 0..<max(sluice_x509_stack_count(chain), 0) {
      guard let certificate = sluice_x509_stack_value(chain, index) else { continue }
      let other = TLSCertificate(certificate)
      if other != certificates.first { certificates.append(other) }
    }
    return certificates
  }
}
