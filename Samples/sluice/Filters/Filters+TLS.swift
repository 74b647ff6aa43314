import SluiceTLS
import StackDescription

/// The versions, as descriptions name them.
private enum Version: String, CaseIterable {
  case v1_2 = "1.2"
  case v1_3 = "1.3"

  var value: TLSVersion { self == .v1_2 ? .v1_2 : .v1_3 }
}

/// Whether clients show certificates, as descriptions say it.
private enum Clients: String, CaseIterable {
  case none, optional, required

  var value: TLSClientVerification {
    switch self {
    case .none: .none
    case .optional: .optional
    case .required: .required
    }
  }
}

/// A description that says two things that do not go together.
struct Contradiction: Error, CustomStringConvertible {
  let description: String
}

extension FilterKind {
  /// TLS on the connections that a listener takes.
  static func tlsServer(_ defaults: FilterDefaults) -> FilterKind {
    FilterKind(
      "tls", at: [.listener], "serves TLS 1.2 and 1.3",
      Parameter.text("cert", form: "PATH", "the certificate and behind it its chain, in PEM"),
      Parameter.text("key", form: "PATH", "its private key; where none is named, it is looked for in cert").optional(),
      Parameter.text("names", form: "FOLDER", "PEM files of certificate, chain and key, chosen by the name asked for")
        .optional(),
      Parameter.text("ca", form: "PATH", "who is trusted to sign certificates of clients, in PEM").optional(),
      Parameter<Clients>.choice("clients", default: Clients.none, "whether clients show certificates"),
      Parameter.text("allow", form: "NAMES", "the names that clients' certificates may be for, with + between")
        .optional(),
      Parameter.text("alpn", form: "NAMES", "the protocols of the application, with + between").optional(),
      Parameter<Version>.choice("min", default: .v1_2, "the oldest version")
    ) { _, cert, key, names, ca, clients, allow, alpn, min in
      let main = identity(cert, key)
      var settings = TLSServerConfiguration(identity: main)
      if let names { settings.identities = try IdentityFolder.identities(in: names) }
      settings.clients = clients.value
      settings.trust = ca.map { .file($0) }
      if clients == .none, ca != nil || allow != nil {
        throw Contradiction(description: "ca and allow are for clients=required, or clients=optional")
      }
      settings.options = options(defaults, alpn, min)
      if let allow { settings.options.verify = allowed(list(allow)) }
      let context = try TLSContext(server: settings)
      var layer = Layer { try TLSFilter(.server(context)) }
      layer.isSecuring = true
      layer.hasHandshake = true
      for identity in [main] + settings.identities.sorted(by: { $0.key < $1.key }).map(\.value) {
        try layer.tell(of: identity)
      }
      return layer
    }
  }

  /// TLS on the connections that are made to a target.
  static func tlsClient(_ defaults: FilterDefaults) -> FilterKind {
    FilterKind(
      "tls", at: [.target], "speaks TLS 1.2 and 1.3, and checks the target's certificate",
      Parameter.text(
        "host", "whose certificate to expect, and the name to ask for; that of the address, where none is given"
      )
      .optional(),
      Parameter.text("ca", form: "PATH", "who is trusted, in PEM; whom the system trusts, where none is given")
        .optional(),
      Parameter.flag("insecure", "checks nothing: whoever is in between can read and change everything"),
      Parameter.text("cert", form: "PATH", "the certificate to show where it is asked for, in PEM").optional(),
      Parameter.text("key", form: "PATH", "its private key; where none is named, it is looked for in cert").optional(),
      Parameter.text("alpn", form: "NAMES", "the protocols of the application, with + between").optional(),
      Parameter<Version>.choice("min", default: .v1_2, "the oldest version"),
      Parameter.flag("dirty", "takes an end without close_notify for an orderly one, for targets known to do so")
    ) { binding, host, ca, insecure, cert, key, alpn, min, dirty in
      var settings = TLSClientConfiguration(trust: ca.map { .file($0) } ?? .system)
      if insecure { settings.verification = .nothing }
      if key != nil, cert == nil { throw Contradiction(description: "key is for a certificate: give cert too") }
      settings.identity = cert.map { identity($0, key) }
      settings.options = options(defaults, alpn, min)
      settings.options.allowDirtyShutdown = dirty
      let host = host ?? binding.address?.host
      guard host != nil || insecure else {
        throw Contradiction(
          description: "\(binding.address.map { "\($0)" } ?? "it") has no name to check: give host=NAME")
      }
      let context = try TLSContext(client: settings)
      let tickets = binding.shared { Tickets() }
      var layer = Layer { () throws -> TLSFilter in
        let ticket = tickets.take()
        let filter = try TLSFilter(.client(context, host: host, resuming: ticket))
        tickets.expect(from: filter.connection)
        return filter
      }
      layer.isSecuring = true
      layer.hasHandshake = true
      if let own = settings.identity { try layer.tell(of: own) }
      if insecure { layer.warnings.append("tls(insecure): the target's certificate is not checked") }
      return layer
    }
  }

  private static func options(_ defaults: FilterDefaults, _ alpn: String?, _ min: Version) -> TLSOptions {
    var options = TLSOptions()
    options.handshakeTimeout = defaults.handshakeTimeout
    options.oldest = min.value
    options.protocols = alpn.map(list) ?? []
    return options
  }

  private static func list(_ text: String) -> [String] { text.split(separator: "+").map(String.init) }

  private static func identity(_ cert: String, _ key: String?) -> TLSIdentity {
    TLSIdentity(certificates: .file(cert), key: .file(key ?? cert))
  }

  /// Lets in whose certificate is for one of `names`, where the library found nothing wrong with it.
  private static func allowed(_ names: [String]) -> @Sendable (TLSVerification) -> Bool {
    { verification in
      guard verification.error == nil, let own = verification.chain.first else { return false }
      return own.names.contains { names.contains($0) } || own.commonName.map(names.contains) == true
    }
  }
}

extension Layer {
  /// Has checks tell of a certificate, and each start of one that expired.
  fileprivate mutating func tell(of identity: TLSIdentity) throws {
    guard let own = try identity.certificates.certificates().first else { return }
    let names = own.names.isEmpty ? "" : " for \(own.names.joined(separator: ", "))"
    notes.append("certificate of \(own.subject)\(names), good until \(own.notAfter)")
    if own.isExpired {
      warnings.append("tls: the certificate of \(own.subject) expired at \(own.notAfter); who checks it refuses it")
    }
  }
}
