internal import COpenSSL
internal import Sluice

/// What all connections of one configuration share: certificates, keys, trust, settings, and the sessions of a server.
///
/// Making one reads files and checks keys, so it is made once, not for each connection; it never changes. To use new
/// certificates, make a new one for the connections to come: those under way keep the old one alive. It stays on one
/// thread, as the base does that its connections run on; each loop makes its own from the same configuration.
///
/// At most 16 connections of a context hold buffers for records (34 KB each) while nothing moves on them: one that
/// becomes busy has those of the one that rested longest given back.
public final class TLSContext {
  /// Whether it serves; otherwise it connects.
  public let isServer: Bool
  /// The library's `SSL_CTX`, for what is not covered here. It is the context's, and lives as long as that.
  public let pointer: OpaquePointer

  let options: TLSOptions
  let limits: TLSConnection.Limits
  let verification: TLSServerVerification
  let refusesUnknownNames: Bool
  let toleratesUnknownProtocols: Bool
  /// `options.protocols`, each with its length in front.
  let protocols: [UInt8]
  private(set) var names: [String: LoadedIdentity] = [:]
  /// The host that was wanted last.
  var lastWanted: (host: String, wanted: WantedHost)?
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var buffers = RecordBuffers()

  /// A context of a server.
  ///
  /// - Throws: `TLSConfigurationError`, with the file or value that is wrong, and what to give.
  public init(server configuration: TLSServerConfiguration) throws(TLSConfigurationError) {
    isServer = true
    options = configuration.options
    limits = TLSConnection.Limits(options)
    verification = .full
    refusesUnknownNames = configuration.refusesUnknownNames
    toleratesUnknownProtocols = configuration.toleratesUnknownProtocols
    protocols = try ContextSettings.wireFormat(of: configuration.options.protocols)
    pointer = try ContextSettings.make(TLS_server_method(), configuration.options)
    try ContextSettings.apply(configuration, to: pointer)
    for (name, identity) in configuration.identities {
      let loaded = try LoadedIdentity(identity)
      let place = identity.certificates.place
      try loaded.check(with: pointer, place: place)
      try loaded.checkKey(options, server: pointer, place: place)
      names[Names.withoutRoot(name).lowercased()] = loaded
    }
    installCallbacks()
  }

  /// A context of a client.
  ///
  /// - Throws: as `init(server:)`.
  public init(client configuration: TLSClientConfiguration) throws(TLSConfigurationError) {
    isServer = false
    options = configuration.options
    limits = TLSConnection.Limits(options)
    verification = configuration.verification
    refusesUnknownNames = false
    toleratesUnknownProtocols = true
    protocols = try ContextSettings.wireFormat(of: configuration.options.protocols)
    pointer = try ContextSettings.make(TLS_client_method(), configuration.options)
    try ContextSettings.apply(configuration, to: pointer)
    if !protocols.isEmpty { SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count)) }
    installCallbacks()
  }

  deinit { SSL_CTX_free(pointer) }

  /// The identity for a name that a client asks for.
  func identity(for name: String) -> LoadedIdentity? {
    let name = Names.withoutRoot(name).lowercased()
    if let identity = names[name] { return identity }
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return names["*" + name[dot...]]
  }
}

@available(
  *, unavailable, message: "a context stays on its loop's thread: make one for each loop, of one configuration"
)
extension TLSContext: Sendable {}
