import SluiceTLS
import SluiceTLSTesting
import StackDescription

extension FilterKind {
  /// TLS on the ends of a loopback, of which the sender is the client.
  static var loopbackTLS: FilterKind {
    FilterKind(
      "tls", at: [.sender, .receiver], "encrypts: TLS, with a certificate made for the run, which the client checks",
      Parameter.text("host", default: "example.test", "the name that the client asks for, and the certificate holds"),
      Parameter<Versions>.choice("version", default: .any, "what is spoken"),
      Parameter.text("cipher", default: "", "the one cipher suite, in OpenSSL's notation; empty: any good one"),
      Parameter.text("alpn", default: "", "the application's protocol"),
      Parameter.flag("mutual", "the server asks for a certificate, too, and requires it")
    ) { binding, host, version, cipher, alpn, isMutual in
      var options = TLSOptions()
      (options.oldest, options.newest) = version.range
      if cipher.hasPrefix("TLS_") { options.cipherSuites = cipher } else if !cipher.isEmpty { options.ciphers = cipher }
      // A cipher suite belongs to one version.
      if !cipher.isEmpty, version == .any {
        options.oldest = cipher.hasPrefix("TLS_") ? .v1_3 : .v1_2
        options.newest = options.oldest
      }
      if !alpn.isEmpty { options.protocols = [alpn] }
      // Both ends show and trust the same identity.
      let ends = try binding.shared { try LoopbackTLS(host: host, options, isMutual: isMutual) }
      // A name that no certificate can be checked against is told where it stands.
      _ = try TLSFilter(ends.role(at: .sender))
      return Layer(on: { place in try TLSFilter(ends.role(at: place.site)) })
    }
  }
}

/// The versions, as descriptions name them.
private enum Versions: String, CaseIterable {
  case any
  case v1_2 = "1.2"
  case v1_3 = "1.3"

  var range: (TLSVersion, TLSVersion) {
    switch self {
    case .any: (.v1_2, .v1_3)
    case .v1_2: (.v1_2, .v1_2)
    case .v1_3: (.v1_3, .v1_3)
    }
  }
}

/// A client and a server who know each other: one identity, shown by the server, and where it is mutual by the client, too.
private final class LoopbackTLS {
  let host: String
  let client: TLSContext
  let server: TLSContext

  init(host: String, _ options: TLSOptions, isMutual: Bool) throws {
    self.host = host
    let made = try TestIdentity.selfSigned(host: host)
    let identity = TLSIdentity(certificates: .pem(made.chainPEM), key: .pem(made.privateKeyPEM))
    let trust = TLSTrust.certificates(.pem(made.anchorPEM))
    var forServer = TLSServerConfiguration(identity: identity)
    forServer.options = options
    var forClient = TLSClientConfiguration(trust: trust)
    forClient.options = options
    if isMutual {
      (forServer.clients, forServer.trust) = (.required, trust)
      forClient.identity = identity
    }
    server = try TLSContext(server: forServer)
    client = try TLSContext(client: forClient)
  }

  func role(at site: Site) -> TLSRole { site.accepts ? .server(server) : .client(client, host: host) }
}
