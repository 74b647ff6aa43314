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
  ) throws -> ([SocketAddress], SharedDescriptors) {
    // That there is none is an error of its own.
    if addresses.isEmpty { try base.listen(at: [], options: options, onAccept: onAccept) }
    var shared: [Int32] = []
    var bound: [SocketAddress] = []
    for address in addresses {
      let listener = try open(address, on: base, onAccept)
      bound.append(listener.address)
      if address.isUnix { shared += listener.sockets.map { dup($0.descriptor) } }
    }
    return (bound, SharedDescriptors(shared))
  }

  /// Has another loop listen at the addresses that the first one bound.
  func join(
    _ addresses: [SocketAddress], _ shared: SharedDescriptors, on base: EventBase, _ onAccept: @escaping OnAccept
  ) throws {
    for address in addresses where !address.isUnix { _ = try open(address, on: base, onAccept) }
    for descriptor in shared.descriptors {
      _ = keep(try base.listen(adopting: dup(descriptor), options: options, onAccept: onAccept), on: base)
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

/// Descriptors that listen, for the loops that are to share them.
final class SharedDescriptors: Sendable {
  let descriptors: [Int32]

  init(_ descriptors: [Int32]) { self.descriptors = descriptors }

  deinit { for descriptor in descriptors { closeDescriptor(descriptor) } }
}

/// The parts of groups' listeners that a base has.
final class GroupTable {
  var listeners: [UInt64: [Listener]] = [:]

  static func of(_ base: EventBase) -> GroupTable { base.shared { GroupTable() } }
}
