/// What a certificate says its key may be used for: the extensions `extendedKeyUsage` and `keyUsage`.
public struct TestUsage: Sendable, Hashable {
  /// The purposes of `extendedKeyUsage`; with none the extension is absent, which verifiers read as "any purpose".
  public var purposes: [Purpose]
  /// The bits of `keyUsage`; `nil` leaves the extension out.
  ///
  /// An authority that is not given any gets the bits for signing certificates and lists of revoked ones.
  public var keyUsage: KeyUsage?

  /// A usage of one's own.
  public init(purposes: [Purpose], keyUsage: KeyUsage? = .endEntity) {
    self.purposes = purposes
    self.keyUsage = keyUsage
  }

  /// A TLS server.
  public static var server: Self { Self(purposes: [.server]) }
  /// A TLS client.
  public static var client: Self { Self(purposes: [.client]) }
  /// A TLS server and a TLS client.
  public static var both: Self { Self(purposes: [.server, .client]) }
  /// Code signing alone: neither a TLS server nor a TLS client.
  public static var codeSigning: Self { Self(purposes: [.codeSigning]) }
  /// Neither extension: nothing is said, so nothing is forbidden.
  public static var none: Self { Self(purposes: [], keyUsage: nil) }
  /// A TLS server by its purposes, with `keyUsage` bits that allow no handshake (only `cRLSign`).
  public static var serverWithoutSignature: Self { Self(purposes: [.server], keyUsage: .revocationSigning) }

  /// One purpose of `extendedKeyUsage`.
  public enum Purpose: Sendable, Hashable, CaseIterable {
    /// `serverAuth`.
    case server
    /// `clientAuth`.
    case client
    /// `codeSigning`.
    case codeSigning
    /// `emailProtection`.
    case emailProtection
    /// `timeStamping`.
    case timeStamping
    /// `OCSPSigning`.
    case statusSigning
    /// `anyExtendedKeyUsage`.
    case any

    /// The object identifier's content bytes.
    var objectIdentifier: [UInt8] {
      let keyPurpose: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 3]
      return switch self {
      case .server: keyPurpose + [1]
      case .client: keyPurpose + [2]
      case .codeSigning: keyPurpose + [3]
      case .emailProtection: keyPurpose + [4]
      case .timeStamping: keyPurpose + [8]
      case .statusSigning: keyPurpose + [9]
      case .any: [0x55, 0x1D, 0x25, 0]
      }
    }
  }

  /// The bits of `keyUsage`, numbered as in RFC 5280, 4.2.1.3.
  public struct KeyUsage: OptionSet, Sendable, Hashable {
    /// Bit n stands for the named bit n.
    public let rawValue: UInt16

    /// The given bits; those above `decipherOnly` (8) are not written.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `digitalSignature`: what TLS 1.3 and all (EC)DHE suites need.
    public static let digitalSignature = Self(rawValue: 1 << 0)
    /// `contentCommitment`, once named `nonRepudiation`.
    public static let contentCommitment = Self(rawValue: 1 << 1)
    /// `keyEncipherment`: RSA key transport of TLS 1.2 and below.
    public static let keyEncipherment = Self(rawValue: 1 << 2)
    /// `dataEncipherment`.
    public static let dataEncipherment = Self(rawValue: 1 << 3)
    /// `keyAgreement`.
    public static let keyAgreement = Self(rawValue: 1 << 4)
    /// `keyCertSign`.
    public static let certificateSigning = Self(rawValue: 1 << 5)
    /// `cRLSign`.
    public static let revocationSigning = Self(rawValue: 1 << 6)
    /// What servers and clients usually have: `digitalSignature` and `keyEncipherment`.
    public static let endEntity: Self = [.digitalSignature, .keyEncipherment]
    /// What authorities have: `keyCertSign` and `cRLSign`.
    public static let authority: Self = [.certificateSigning, .revocationSigning]
  }
}
