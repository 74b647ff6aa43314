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
    case .endpoint, .port: return try listen(places)
    case .descriptor(let number):
      if !takesOne { return try join(places.shared.isEmpty ? [number] : places.shared, of: places) }
      accept(try base.adopt(descriptor: number), from: nil)
    case .standardStreams:
      accept(try base.adopt(reading: 0, writing: 1), from: nil)
    case .memory(let name):
      MemoryHub.of(base).listen(at: name) { [unowned self] in accept($0, from: nil) }
    }
    return places
  }

  private func listen(_ places: ListenPlaces) throws -> ListenPlaces {
    if !places.shared.isEmpty { return try join(places.shared, of: places) }
    var options = options
    options.reusePort = settings.limits.threads > 1 && !places.addresses.contains(where: \.isUnix)
    guard case .port = chains.listener.address else {
      return take(try base.listen(at: places.addresses, options: options, onAccept: onAccept))
    }
    // Every address of the machine, where it has the newer ones too.
    options.acceptsIPv4 = true
    do throws(SocketError) {
      return take(try base.listen(at: places.addresses, options: options, onAccept: onAccept))
    } catch {
      guard [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.code),
        let everywhere = SocketAddress("0.0.0.0:\(places.addresses.first?.port ?? 0)")
      else { throw error }
      return take(try base.listen(at: everywhere, options: options, onAccept: onAccept))
    }
  }

  /// Takes connections from sockets that listen already.
  private func join(_ descriptors: [Int32], of places: ListenPlaces) throws -> ListenPlaces {
    for descriptor in descriptors {
      _ = take(try base.listen(adopting: dup(descriptor), options: options, onAccept: onAccept))
    }
    return ListenPlaces(addresses: listeners.flatMap(\.addresses), shared: descriptors)
  }

  private func take(_ listener: Listener) -> ListenPlaces {
    listener.onError = { [unowned self] _, error in
      logger.line(.warning, "a connection could not be taken", [("error", "\(error)")])
    }
    listeners.append(listener)
    let canBeShared = listener.addresses.contains(where: \.isUnix)
    return ListenPlaces(addresses: listener.addresses, shared: canBeShared ? listener.descriptors : [])
  }

  private var options: ListenerOptions {
    var options = ListenerOptions()
    let share = settings.limits.connections / settings.limits.threads
    options.maximumConnections = chains.target.address.isSingle ? 1 : max(share, 1)
    return options
  }

  private var onAccept: (BufferEvent, SocketAddress?) -> Void {
    { [unowned self] event, peer in accept(event, from: peer) }
  }
}
