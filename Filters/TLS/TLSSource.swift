/// Where a certificate or a key comes from. A value: nothing is read before a context is made from it.
public enum TLSSource: Sendable {
  /// A file in PEM form.
  case file(String)
  /// The bytes of a PEM file.
  case pem([UInt8])
  /// DER: one certificate, or one private key, an element.
  case der([[UInt8]])

  /// The text of a PEM file.
  public static func pem(_ text: String) -> TLSSource { .pem(Array(text.utf8)) }

  /// What errors call it.
  var place: String {
    switch self {
    case .file(let path): path
    case .pem: "the PEM that was given"
    case .der: "the DER that was given"
    }
  }
}

/// A certificate with its private key: what an end shows of itself.
public struct TLSIdentity: Sendable {
  /// The certificate, and behind it those that lead to a root.
  public var certificates: TLSSource
  /// The private key of the first certificate.
  public var key: TLSSource
  /// Gives the passphrase of an encrypted key; called when a context is made, once for each encrypted key. Nil is
  /// "none".
  public var passphrase: (@Sendable () -> String?)?

  /// An identity of two sources.
  public init(certificates: TLSSource, key: TLSSource, passphrase: (@Sendable () -> String?)? = nil) {
    self.certificates = certificates
    self.key = key
    self.passphrase = passphrase
  }
}

/// Who is trusted to sign the certificates of others.
public indirect enum TLSTrust: Sendable {
  /// The certificates that the system trusts. Reading them takes some milliseconds for each context.
  case system
  /// The certificates of a PEM file.
  case file(String)
  /// The certificates of all files of a folder that hold PEM. At least one must.
  case folder(String)
  /// Certificates at hand.
  case certificates(TLSSource)
  /// All of these.
  case all([TLSTrust])
}
