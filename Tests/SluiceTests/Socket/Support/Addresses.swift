@testable import Sluice

/// Addresses, with port 0.
func addresses(_ hosts: [String]) -> [SocketAddress] { hosts.map { address($0) } }

/// An address, with port 0; a host that is none is a Unix socket of that name.
func address(_ host: String) -> SocketAddress {
  SocketAddress.numeric(host[...], port: 0) ?? SocketAddress(.unix(host))
}
