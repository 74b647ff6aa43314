import Logging
import Sluice
import StackDescription

extension ProxyWorker {
  /// Begins to listen, or takes the one connection that there is.
  ///
  /// - Parameter addresses: where; none, where the description needs none.
  /// - Returns: where it listens, with the ports that the system chose.
  /// - Throws: what the system refuses.
  func listen(at addresses: [SocketAddress]) throws -> [SocketAddress] {
    switch chains.listener.address {
    case .endpoint, .port:
      for address in addresses { try listen(at: address) }
      return listeners.map(\.address)
    case .descriptor(let number):
      accept(try base.adopt(descriptor: number), from: nil)
    case .standardStreams:
      accept(try base.adopt(reading: 0, writing: 1), from: nil)
    case .memory(let name):
      MemoryHub.of(base).listen(at: name) { [unowned self] in accept($0, from: nil) }
    }
    return []
  }

  private func listen(at address: SocketAddress) throws {
    var options = ListenerOptions()
    options.reusePort = settings.limits.threads > 1
    let share = settings.limits.connections / settings.limits.threads
    options.maximumConnections = chains.target.address.isSingle ? 1 : max(share, 1)
    let listener = try base.listen(at: address, options: options) { [unowned self] event, peer in
      accept(event, from: peer, at: address)
    }
    listener.onError = { [unowned self] _, error in
      counters.shed += 1
      logger.line(.warning, "a connection could not be taken", [("error", "\(error)")])
    }
    listeners.append(listener)
  }
}
