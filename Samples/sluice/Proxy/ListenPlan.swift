import Sluice
import StackDescription

/// Where a listener is to listen, by its description and by what is safe.
struct ListenPlan: Equatable {
  /// What is listened at; nil, where no address is needed.
  let endpoint: Endpoint?
  /// What to tell the user of what was decided for them.
  var notice: String?

  /// The endpoint of a listener at a network address or a Unix socket.
  ///
  /// A listener that does not encrypt is for this machine alone, unless the user says otherwise: `:port` is 127.0.0.1 then,
  /// and an address that others can reach is refused.
  init(_ chain: DescribedChain, allowsPlaintext: Bool) throws(ToolError) {
    let isSafe = chain.stack.isSecuring || allowsPlaintext
    switch chain.address {
    case .port(let port) where isSafe: endpoint = try? Endpoint("[::]:\(port)")
    case .port(let port):
      endpoint = .address(.loopback(port: port))
      notice =
        "LISTEN :\(port): only this machine can connect, since nothing encrypts. For others, put tls on it, or give"
        + " --allow-plaintext."
    case .endpoint(let given):
      endpoint = given
      guard isSafe || given.isLocal else {
        throw .usage(
          "LISTEN \(given): other machines could connect, and nothing encrypts. Put tls on it, listen at"
            + " 127.0.0.1:\(given.port ?? 0), or give --allow-plaintext.")
      }
    case .descriptor, .standardStreams, .memory: endpoint = nil
    }
  }
}

extension Endpoint {
  /// Whether only this machine can reach it, as far as its name tells.
  fileprivate var isLocal: Bool {
    switch self {
    case .address(let address): address.isLoopback
    case .name(let name, _): name.isLocalhost
    }
  }
}
