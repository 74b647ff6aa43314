/// What connections of either side have in common.
public struct TLSOptions: Sendable {
  /// The oldest version that is spoken.
  public var oldest = TLSVersion.v1_2
  /// The newest version that is spoken.
  public var newest = TLSVersion.v1_3
  /// The cipher suites of TLS 1.2, in OpenSSL's notation: with forward secrecy and authenticated, where nothing is
  /// given.
  public var ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
  /// The cipher suites of TLS 1.3, the preferred one first.
  public var cipherSuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  /// The key exchange groups, in OpenSSL's notation, such as "X25519:P-256"; nil leaves the choice to the library.
  public var groups: String?
  /// The protocols of the application (ALPN), the preferred one first.
  public var protocols: [String] = []
  /// How long a handshake may take altogether, on the base's clock.
  public var handshakeTimeout: Duration = .seconds(10)
  /// How many bytes the other end may send before its handshake is complete.
  public var handshakeLimit = 64 * 1024
  /// Takes an end of the stream without close_notify for an orderly end. For peers that are known to do so: whoever can
  /// cut the connection can then cut the data short unseen.
  public var allowDirtyShutdown = false
  /// How long `close()` waits for the other end's close_notify after it sent its own, on the base's clock; nil: not at all, which
  /// the protocol allows. A `close()` behind `finish()`, whose close_notify was sent long ago, does not wait.
  public var closeWait: Duration?
  /// Gets each secret of each connection, as a line of the NSS key log format. For debugging: whoever has them reads
  /// all.
  public var keyLog: (@Sendable (String) -> Void)?
  /// Has the last word on the other end's certificates, after the library looked at them; where `verification` is `.nothing`,
  /// the only one. Not called for resumed sessions, whose first handshake was checked.
  public var verify: (@Sendable (TLSVerification) -> Bool)?

  /// The defaults.
  public init() {}
}

/// Whether a server asks its clients for certificates.
public enum TLSClientVerification: Sendable {
  /// It does not.
  case none
  /// It does, and checks one that is given; a client without one comes in too.
  case optional
  /// It does, and refuses clients without a good one.
  case required
}

/// How a server lets clients resume sessions.
public enum TLSSessions: Hashable, Sendable {
  /// With tickets that the client keeps, so many a full handshake: 0 to 16. A client takes more for a flood.
  case tickets(Int)
  /// With a cache of so many sessions in the context, found by their id: 1 to 1,000,000. When it is full, the
  /// oldest make room. Each takes some hundred bytes, and with a client's certificate some thousand.
  case cached(Int)
  /// Not at all.
  case none

  static let ticketCounts = 0...16
  static let cacheSizes = 1...1_000_000
}

/// What a server's context is made from. A value.
public struct TLSServerConfiguration: Sendable {
  /// What is shown to clients that ask for no name, or for one that `identities` does not have.
  public var identity: TLSIdentity?
  /// What is shown to clients that ask for a name: "example.test", or "*.example.test" for all names one label longer.
  public var identities: [String: TLSIdentity] = [:]
  /// Refuses clients that ask for a name that `identities` does not have.
  public var refusesUnknownNames = false
  /// Whether clients show certificates.
  public var clients = TLSClientVerification.none
  /// Who is trusted to sign clients' certificates. Needed, where `clients` is not `.none`.
  public var trust: TLSTrust?
  /// Resumption.
  public var sessions = TLSSessions.tickets(1)
  /// Goes on without ALPN where the client offers no protocol that is in `protocols`, instead of refusing it.
  public var toleratesUnknownProtocols = false
  /// What both sides have.
  public var options = TLSOptions()

  /// A server that shows `identity`.
  public init(identity: TLSIdentity?) { self.identity = identity }
}

/// How much a client checks.
public enum TLSServerVerification: Sendable {
  /// The chain up to a trusted root, validity and usage, and that the certificate is for the host.
  case full
  /// All but the host's name.
  case chainOnly
  /// Nothing. Whoever is in between can read and change everything, unless `TLSOptions.verify` finds them out.
  case nothing
}

/// What a client's context is made from. A value.
public struct TLSClientConfiguration: Sendable {
  /// Who is trusted to sign servers' certificates.
  public var trust = TLSTrust.system
  /// What is checked.
  public var verification = TLSServerVerification.full
  /// What is shown to servers that ask for a certificate.
  public var identity: TLSIdentity?
  /// What both sides have.
  public var options = TLSOptions()

  /// A client that trusts what the system trusts, or `trust`.
  public init(trust: TLSTrust = .system) { self.trust = trust }
}
