import Sluice
import SluiceProxyProtocol
import StackDescription

/// The versions of the header that are accepted, as descriptions name them.
private enum Accepted: String, CaseIterable {
  case any
  case v1 = "1"
  case v2 = "2"

  var versions: Set<ProxyHeader.Version> {
    switch self {
    case .any: Set(ProxyHeader.Version.allCases)
    case .v1: [.v1]
    case .v2: [.v2]
    }
  }
}

extension FilterKind {
  /// Reads the header of a proxy in front of the listener.
  static func proxyReader(_ defaults: FilterDefaults) -> FilterKind {
    FilterKind(
      "proxy", at: [.listener], "reads the PROXY header of a proxy in front, which says who the client is",
      Parameter<Accepted>.choice("version", default: .any, "what is accepted"),
      Parameter.flag("optional", "takes connections without a header too: whoever connects can then claim any address")
    ) { _, version, isOptional in
      var settings = ProxyHeaderSettings()
      settings.versions = version.versions
      settings.isRequired = !isOptional
      settings.timeLimit = defaults.handshakeTimeout
      _ = try ProxyHeaderReader(settings)
      var layer = Layer { [settings] in try ProxyHeaderReader(settings) }
      layer.hasHandshake = true
      return layer
    }
  }

  /// Writes a header for the target.
  static var proxyWriter: FilterKind {
    FilterKind(
      "proxy", at: [.target], "writes a PROXY header, which tells the target who the client is",
      Parameter.integer("version", in: 1...2, default: 2, "1 is a line of text; 2 also tells what TLS came to")
    ) { _, version in
      let form: ProxyHeader.Version = version == 1 ? .v1 : .v2
      var layer = Layer(on: { place in
        var header = ProxyHeader(source: place.facts.source, destination: place.facts.destination)
        if form == .v2, let security = place.facts.security { header.values = values(security) }
        return try ProxyHeaderWriter(header, version: form)
      })
      layer.tellsDestination = true
      return layer
    }
  }

  private static func values(_ security: ConnectionFacts.Security) -> [ProxyValue] {
    var values: [ProxyValue] = []
    if let name = security.applicationProtocol { values.append(ProxyValue(.alpn, name)) }
    if let name = security.serverName { values.append(ProxyValue(.authority, name)) }
    let info = ProxyTLSInfo(
      version: security.version, cipher: security.cipher, commonName: security.commonName,
      isVerified: security.commonName != nil)
    return values + [info.value]
  }
}
