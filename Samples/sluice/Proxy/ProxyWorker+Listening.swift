import Logging
import Sluice
import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where the workers of a proxy listen. The first binds the addresses; the others join it.
struct ListenPlaces: Sendable {
  var addresses: [SocketAddress] = []
  /// Sockets that cannot be bound twice, which all workers share. The first worker's.
  var shared: [Int32] = []
}

extension ProxyWorker {
  /// Begins to listen, or takes the one connection that there is.
  ///
  /// - Parameter places: where; nothing, where the description needs no address.
  /// - Returns: where it listens, with the ports that the system chose.
  /// - Throws: what the system refuses.
  func listen(at places: ListenPlaces) throws -> ListenPlaces {
    switch chains.listener.address {
    case .endpoint, .port:
      if places.shared.isEmpty { try bind(places.addresses) } else { try join(places.shared) }
    case .descriptor(let number):
      if takesOne { accept(try base.adopt(descriptor: number), from: nil) } else { try join([number]) }
    case .standardStreams:
      accept(try base.adopt(reading: 0, writing: 1), from: nil)
    case .memory(let name):
      MemoryHub.of(base).listen(at: name) { [unowned self] in accept($0, from: nil) }
    }
    return ListenPlaces(
      addresses: listeners.flatMap(\.addresses),
      shared: listeners.filter { $0.address.isUnix }.flatMap(\.descriptors))
  }

  private func bind(_ addresses: [SocketAddress]) throws {
    var options = options
    options.reusePort = settings.limits.threads > 1 && !addresses.contains(where: \.isUnix)
    guard case .port = chains.listener.address else {
      return take(try base.listen(at: addresses, options: options, onAccept: onAccept))
    }
    // Every address of the machine, where it has the newer ones too.
    options.acceptsIPv4 = true
    do throws(SocketError) {
      take(try base.listen(at: addresses, options: options, onAccept: onAccept))
    } catch {
      guard [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.code),
        let everywhere = SocketAddress("0.0.0.0:\(addresses.first?.port ?? 0)")
      else { throw error }
      take(try base.listen(at: everywhere, options: options, onAccept: onAccept))
    }
  }

  /// Takes connections from sockets that listen already.
  private func join(_ descriptors: [Int32]) throws {
    for descriptor in descriptors {
      take(try base.listen(adopting: dup(descriptor), options: options, onAccept: onAccept))
    }
  }

  private func take(_ listener: Listener) {
    listener.onError = { [unowned self] _, error in
      logger.line(.warning, "a connection could not be taken", [("error", "\(error)")])
    }
    listeners.append(listener)
  }

  private var options: ListenerOptions {
    var options = ListenerOptions()
    options.maximumConnections = chains.target.address.isSingle ? 1 : mostConnections
    return options
  }

  private var onAccept: (BufferEvent, SocketAddress?) -> Void {
    { [unowned self] event, peer in accept(event, from: peer) }
  }
}
