/// Everything that a certificate says, for those that the short forms of `TestIdentity` and `TestAuthority` do not make.
///
/// ```swift
/// var blueprint = TestBlueprint(host: "example.test")
/// blueprint.constraints = .authority()
/// blueprint.digest = .sha1
/// let odd = try authority.issue(blueprint)
/// ```
public struct TestBlueprint: Sendable, Hashable {
  /// The subject's common name; `nil` makes an empty subject. Written as it is, whatever its length.
  public var commonName: String?
  /// The entries of `subjectAltName`; with none the extension is absent.
  public var names: [TestName]
  /// The key: a new one of a kind, or one that exists.
  public var key: TestKey.Choice
  /// From when until when.
  public var validity: TestValidity
  /// What the key may be used for.
  public var usage: TestUsage
  /// Whether it may issue others.
  public var constraints: TestConstraints
  /// The hash of the signature on it.
  public var digest: TestDigest
  /// The serial number, most significant byte first; `nil` takes sixteen random bytes.
  public var serial: [UInt8]?
  /// The hosts below which alone this authority may issue (`nameConstraints`, permitted); with none it may anywhere.
  public var permittedHosts: [String]
  /// Whether the extensions that tie a certificate to its issuer's key (`subjectKeyIdentifier` and
  /// `authorityKeyIdentifier`) are written.
  public var hasKeyIdentifiers: Bool
  /// Further extensions, written last.
  public var extensions: [TestExtension]

  /// A server and client at one host, or at none when it is `nil`, and at the given IP addresses.
  ///
  /// The common name is the host when that is up to 64 printable ASCII characters, else `test identity`.
  public init(
    host: String? = "example.test", addresses: [String] = [], key: TestKey.Choice = .p256,
    validity: TestValidity = .days(2), usage: TestUsage = .both
  ) {
    let isPlain = host.map { 1...64 ~= $0.utf8.count && $0.utf8.allSatisfy { 0x21...0x7E ~= $0 } } ?? false
    commonName = isPlain ? host : "test identity"
    names = (host.map { [TestName.host($0)] } ?? []) + addresses.map { .address($0) }
    self.key = key
    self.validity = validity
    self.usage = usage
    constraints = .endEntity
    digest = .sha256
    serial = nil
    permittedHosts = []
    hasKeyIdentifiers = true
    extensions = []
  }

  /// A server that is named by its common name alone, as before RFC 2818: verifiers of today should refuse it.
  public static func commonNameOnly(_ host: String) -> Self {
    var blueprint = Self(host: nil)
    blueprint.commonName = host
    return blueprint
  }

  /// An authority of the given name.
  public static func authority(
    name: String, pathLength: UInt32? = nil, key: TestKey.Choice = .p256, validity: TestValidity = .authorityDefault
  ) -> Self {
    var blueprint = Self(
      host: nil, key: key, validity: validity, usage: TestUsage(purposes: [], keyUsage: .authority))
    blueprint.commonName = name
    blueprint.constraints = .authority(pathLength: pathLength)
    return blueprint
  }
}
