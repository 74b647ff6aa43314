internal import COpenSSL

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// Reads certificates and keys, and says what is wrong with them where it cannot.
enum Loading {
  /// The certificates of a source, in order, at least one. The caller frees them.
  static func certificates(_ source: TLSSource) throws(TLSConfigurationError) -> [OpaquePointer] {
    OpenSSLErrors.clear()
    if case .der(let elements) = source { return try derCertificates(elements) }
    let bytes = try bytes(of: source)
    let found = pemCertificates(bytes)
    if let certificates = found.certificates, !certificates.isEmpty { return certificates }
    guard found.certificates == nil else {
      throw TLSConfigurationError(
        source.place, "no certificate: \(PEMLabels.found(in: bytes))",
        "give PEM with a block of CERTIFICATE, the end's own one first")
    }
    throw TLSConfigurationError(
      source.place, "a certificate that cannot be read (\(found.problem))", "give unbroken PEM, the end's own one first"
    )
  }

  private static func derCertificates(_ elements: [[UInt8]]) throws(TLSConfigurationError) -> [OpaquePointer] {
    var certificates: [OpaquePointer] = []
    for element in elements {
      guard let certificate = decoded(element) else {
        certificates.forEach { X509_free($0) }
        let problem = OpenSSLErrors.take()?.text ?? "nothing there"
        throw TLSConfigurationError(
          "the DER that was given", "number \(certificates.count + 1) is no certificate (\(problem))",
          "give one X.509 certificate an element, without PEM around it")
      }
      certificates.append(certificate)
    }
    guard !certificates.isEmpty else {
      throw TLSConfigurationError("the DER that was given", "no certificate", "give at least one")
    }
    return certificates
  }

  static func decoded(_ der: [UInt8]) -> OpaquePointer? {
    der.withUnsafeBufferPointer { bytes in
      var at = bytes.baseAddress
      return d2i_X509(nil, &at, bytes.count)
    }
  }

  /// All certificates of a PEM text; nil with a problem, where one of them cannot be read.
  private static func pemCertificates(_ bytes: [UInt8]) -> (certificates: [OpaquePointer]?, problem: String) {
    withBIO(bytes) { bio in
      var certificates: [OpaquePointer] = []
      while let certificate = PEM_read_bio_X509(bio, nil, { _, _, _, _ in 0 }, nil) { certificates.append(certificate) }
      let error = OpenSSLErrors.take()
      if error == nil || (error?.library == ERR_LIB_PEM && error?.reason == PEM_R_NO_START_LINE) {
        return (certificates, "")
      }
      certificates.forEach { X509_free($0) }
      return (nil, error?.text ?? "")
    }
  }

  /// A private key. The caller frees it.
  static func key(_ identity: TLSIdentity) throws(TLSConfigurationError) -> OpaquePointer {
    OpenSSLErrors.clear()
    if case .der(let elements) = identity.key { return try derKey(elements) }
    let bytes = try bytes(of: identity.key)
    let asked = Passphrase(identity.passphrase)
    let key = withBIO(bytes) { bio in
      PEM_read_bio_PrivateKey(
        bio, nil,
        { target, size, _, box in
          guard let target, let box else { return -1 }
          return Unmanaged<Passphrase>.fromOpaque(box).takeUnretainedValue().give(to: target, size)
        }, Unmanaged.passUnretained(asked).toOpaque())
    }
    if let key { return key }
    let problem = OpenSSLErrors.take()?.text ?? ""
    let place = identity.key.place
    if asked.wasAsked {
      let found =
        asked.wasGiven ? "an encrypted key that the passphrase does not open" : "an encrypted key, and no passphrase"
      throw TLSConfigurationError(place, found, "give its passphrase with the identity")
    }
    throw TLSConfigurationError(
      place, "no private key that can be read: \(PEMLabels.found(in: bytes)) (\(problem))",
      "give PEM with a block of PRIVATE KEY")
  }

  private static func derKey(_ elements: [[UInt8]]) throws(TLSConfigurationError) -> OpaquePointer {
    let key = elements.first?.withUnsafeBufferPointer { bytes in
      var at = bytes.baseAddress
      return d2i_AutoPrivateKey(nil, &at, bytes.count)
    }
    if let key, elements.count == 1 { return key }
    EVP_PKEY_free(key ?? nil)
    ERR_clear_error()
    throw TLSConfigurationError(
      "the DER that was given", "no private key that can be read",
      "give one element: PKCS#8, or the key type's own form")
  }

  /// The callback's side of a passphrase.
  private final class Passphrase {
    private let body: (@Sendable () -> String?)?
    private(set) var wasAsked = false
    private(set) var wasGiven = false

    init(_ body: (@Sendable () -> String?)?) { self.body = body }

    func give(to target: UnsafeMutablePointer<CChar>, _ size: Int32) -> Int32 {
      wasAsked = true
      guard let phrase = body?() else { return -1 }
      wasGiven = true
      let bytes = Array(phrase.utf8)
      guard bytes.count <= Int(size) else { return -1 }
      UnsafeMutableRawPointer(target).copyMemory(from: bytes, byteCount: bytes.count)
      return Int32(bytes.count)
    }
  }

  private static func withBIO<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
    bytes.withUnsafeBytes { bytes in
      // A BIO of no bytes is made of an address all the same.
      let bio = BIO_new_mem_buf(bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1), Int32(clamping: bytes.count))
      defer { BIO_free(bio) }
      return body(bio)
    }
  }

  private static func bytes(of source: TLSSource) throws(TLSConfigurationError) -> [UInt8] {
    var bytes =
      switch source {
      case .file(let path): try Files.read(path)
      case .pem(let bytes): bytes
      case .der: [UInt8]()
      }
    // The library does not know lines that end as they did on the first Macs, with a carriage return alone.
    if !bytes.contains(0x0A) { for index in bytes.indices where bytes[index] == 0x0D { bytes[index] = 0x0A } }
    return bytes
  }
}
