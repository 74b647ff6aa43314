internal import COpenSSL

/// What certificates say, as text.
enum Names {
  static func subject(_ certificate: OpaquePointer?) -> String {
    guard let certificate else { return "a certificate" }
    let text = text(X509_get_subject_name(certificate))
    return text.isEmpty ? alternatives(certificate).first ?? "a certificate without a subject" : text
  }

  static func commonName(_ certificate: OpaquePointer?) -> String? {
    guard let certificate, let name = X509_get_subject_name(certificate) else { return nil }
    let entry = X509_NAME_get_entry(name, X509_NAME_get_index_by_NID(name, NID_commonName, -1))
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(entry))
    defer { CRYPTO_free(bytes, nil, 0) }
    guard let bytes, count > 0 else { return nil }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
  }

  static func text(_ name: OpaquePointer?) -> String {
    guard let name else { return "" }
    return printed { sluice_x509_name_print($0, name) }
  }

  static func text(time: UnsafePointer<ASN1_TIME>?) -> String {
    guard let time else { return "" }
    return printed { ASN1_TIME_print($0, time) }
  }

  static func alternatives(_ certificate: OpaquePointer?) -> [String] {
    guard let certificate else { return [] }
    let names = Collected()
    sluice_x509_alternative_names(
      certificate,
      { box, bytes, count, isAddress in
        guard let box, let bytes else { return }
        let raw = UnsafeBufferPointer(start: bytes, count: count)
        let name = isAddress != 0 ? Names.address(raw) : String(decoding: raw, as: UTF8.self)
        Unmanaged<Collected>.fromOpaque(box).takeUnretainedValue().names.append(Names.escaped(name))
      }, Unmanaged.passUnretained(names).toOpaque())
    return names.names
  }

  private final class Collected {
    var names: [String] = []
  }

  /// Text from a peer with everything but printable ASCII written as \xNN, so that it can go into a log line.
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      if (0x20..<0x7F).contains(byte), byte != 0x5C { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "\\x" + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }

  /// A host without the dot that names the root of all names: "example.test." is "example.test", and is called so in certificates,
  /// and to servers (RFC 6066, section 3).
  static func withoutRoot(_ host: String) -> String { host.hasSuffix(".") ? String(host.dropLast()) : host }

  private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
    let groups = stride(from: 0, to: bytes.count & ~1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    return groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  private static func printed(_ body: (OpaquePointer?) -> Int32) -> String {
    let bio = BIO_new(BIO_s_mem())
    defer { BIO_free(bio) }
    _ = body(bio)
    var bytes: UnsafeMutablePointer<CChar>?
    let count = sluice_bio_memory(bio, &bytes)
    guard let bytes, count > 0 else { return "" }
    return readable(String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self))
  }

  /// Text in which the library has escaped what is not printable in ASCII; what is not elsewhere is escaped here.
  private static func readable(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return text.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
        escaped(String(scalar))
      default: String(scalar)
      }
    }.joined()
  }
}
