package import Sluice

/// Where a stack stands: filters may mean different things there, as TLS does, and take different parameters.
package enum Site: String, CaseIterable, Sendable {
  /// On the connections that a listener takes.
  case listener
  /// On the connections that are made to a target.
  case target
  /// On the end of a loopback that sends.
  case sender
  /// On the end of a loopback that receives.
  case receiver

  /// Whether the other end began the connection.
  package var accepts: Bool { self == .listener || self == .receiver }
}

/// What is known of the connection that a stack is put on.
package struct ConnectionFacts: Sendable {
  /// Who connected to the listener: as a proxy in front of it says, where there is one.
  package var source: SocketAddress?
  /// Where it connected to.
  package var destination: SocketAddress?
  /// What a handshake with the client came to; nil, where there was none.
  package var security: Security?
  /// Tells one connection from another, so that each has random numbers of its own, and a run can be repeated.
  package var number: UInt64

  package init(source: SocketAddress? = nil, destination: SocketAddress? = nil, number: UInt64 = 0) {
    (self.source, self.destination, self.number) = (source, destination, number)
  }

  /// What the other end agreed on, and showed.
  package struct Security: Sendable {
    /// `TLSv1.3`.
    package var version: String
    package var cipher: String
    package var serverName: String?
    package var applicationProtocol: String?
    /// The common name of the certificate that was shown.
    package var commonName: String?

    package init(
      version: String, cipher: String, serverName: String?, applicationProtocol: String?, commonName: String?
    ) {
      (self.version, self.cipher, self.serverName) = (version, cipher, serverName)
      (self.applicationProtocol, self.commonName) = (applicationProtocol, commonName)
    }
  }
}

/// What a new filter is put on.
package struct Place {
  /// The event that it will stand on.
  package let event: BufferEvent
  /// Where the stack stands.
  package let site: Site
  /// What is known of the connection.
  package let facts: ConnectionFacts
}

/// What a description is read for: where its stack stands, and what it shares with those that were read there before.
package struct Binding {
  /// Where the stack stands.
  package let site: Site
  /// The address that the chain begins with; nil for a stack without one.
  package let address: Address?
  /// Where in the stack the filter stands, counted from 0.
  package let index: Int
  private let memory: StackMemory

  init(site: Site, address: Address?, index: Int, memory: StackMemory) {
    (self.site, self.address, self.index, self.memory) = (site, address, index, memory)
  }

  /// The object that filters of this place have in common: when a description is read anew, the same one as before, so that
  /// connections that live on feel what has changed.
  package func shared<Object: AnyObject>(_ make: () throws -> Object) rethrows -> Object {
    try memory.object(at: index, make)
  }
}

/// What outlives the reading of a description, for when it is read anew. It belongs to one loop.
package final class StackMemory {
  private var objects: [Int: [ObjectIdentifier: AnyObject]] = [:]

  package init() {}

  fileprivate func object<Object: AnyObject>(at index: Int, _ make: () throws -> Object) rethrows -> Object {
    let type = ObjectIdentifier(Object.self)
    if let known = objects[index]?[type] as? Object { return known }
    let made = try make()
    objects[index, default: [:]][type] = made
    return made
  }
}
