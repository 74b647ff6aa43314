import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Opens the listeners of a group, loop by loop.
struct GroupOpening: Sendable {
  typealias OnAccept = (BufferEvent, SocketAddress?) -> Void

  /// What each base knows its part by.
  let number = GroupOpening.numbers.wrappingAdd(1, ordering: .relaxed).newValue
  private let options: ListenerOptions
  private let onError: (@Sendable (SocketError) -> Void)?

  private static let numbers = Atomic<UInt64>(0)

  init(_ options: ListenerOptions, _ onError: (@Sendable (SocketError) -> Void)?) {
    self.options = options
    self.onError = onError
  }

  /// Binds the addresses on the first loop.
  ///
  /// - Returns: where it listens, and what the other loops share.
  func bind(
    _ addresses: [SocketAddress], on base: EventBase, _ onAccept: @escaping OnAccept
  ) throws -> ([SocketAddress], [SharedListening]) {
    // That there is none is an error of its own.
    if addresses.isEmpty { try base.listen(at: [], options: options, onAccept: onAccept) }
    var shared: [SharedListening] = []
    var bound: [SocketAddress] = []
    for address in addresses {
      let listener = try open(address, on: base, onAccept)
      bound.append(listener.address)
      if address.isUnix { shared += try listener.sockets.map { try SharedListening($0.descriptor, at: address) } }
    }
    return (bound, shared)
  }

  /// Has another loop listen at the addresses that the first one bound.
  func join(
    _ addresses: [SocketAddress], _ shared: [SharedListening], on base: EventBase, _ onAccept: @escaping OnAccept
  ) throws {
    for address in addresses where !address.isUnix { _ = try open(address, on: base, onAccept) }
    for socket in shared {
      _ = keep(try base.listen(adopting: try socket.duplicate(), options: options, onAccept: onAccept), on: base)
    }
  }

  private func open(
    _ address: SocketAddress, on base: EventBase, _ onAccept: @escaping OnAccept
  ) throws -> Listener {
    var options = options
    // A Unix socket cannot be bound twice.
    if address.isUnix { options.reusePort = false }
    return keep(try base.listen(at: address, options: options, onAccept: onAccept), on: base)
  }

  private func keep(_ listener: Listener, on base: EventBase) -> Listener {
    if let onError { listener.onError = { _, error in onError(error) } }
    GroupTable.of(base).listeners[number, default: []].append(listener)
    return listener
  }
}

/// A descriptor that listens, for the loops that are to share it.
final class SharedListening: Sendable {
  private let descriptor: Int32
  private let address: SocketAddress

  /// Another descriptor of the same socket.
  init(_ descriptor: Int32, at address: SocketAddress) throws(SocketError) {
    self.descriptor = try Self.duplicate(descriptor, at: address)
    self.address = address
  }

  deinit { closeDescriptor(descriptor) }

  /// One more, which is the caller's.
  func duplicate() throws(SocketError) -> Int32 { try Self.duplicate(descriptor, at: address) }

  private static func duplicate(_ descriptor: Int32, at address: SocketAddress) throws(SocketError) -> Int32 {
    let made = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    if made < 0 { throw SocketError(.listen, code: errno, peer: "\(address)") }
    return made
  }
}

/// The parts of groups' listeners that a base has.
final class GroupTable {
  var listeners: [UInt64: [Listener]] = [:]

  static func of(_ base: EventBase) -> GroupTable { base.shared { GroupTable() } }
}
