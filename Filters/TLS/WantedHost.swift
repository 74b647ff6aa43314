internal import Sluice

/// What a host is in certificates.
enum WantedHost {
  case name(String)
  case address(String)

  /// Nil, where it is none.
  init?(_ host: String) {
    guard let endpoint = try? Endpoint(host: host, port: 0), let text = endpoint.host else { return nil }
    switch endpoint {
    case .name: self = .name(Names.withoutRoot(text))
    // The zone says where the address is, and is no part of it.
    case .address: self = .address(String(text.prefix { $0 != "%" }))
    }
  }
}

extension TLSContext {
  /// What a host is in certificates. Clients mostly connect to the host that they connected to before.
  func wanted(_ host: String) -> WantedHost? {
    if let lastWanted, lastWanted.host == host { return lastWanted.wanted }
    guard let wanted = WantedHost(host) else { return nil }
    lastWanted = (host, wanted)
    return wanted
  }
}
