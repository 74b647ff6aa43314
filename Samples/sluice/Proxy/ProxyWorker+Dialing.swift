import Sluice
import StackDescription

extension ProxyWorker {
  /// A connection to the target, which may not stand yet.
  ///
  /// - Throws: what the system refuses at once.
  func dial(_ address: Address) throws -> BufferEvent {
    var options = ConnectOptions()
    options.deadline = settings.limits.connect
    switch address {
    case .endpoint(let endpoint): return base.connect(to: endpoint, options: options)
    case .port(let port): return base.connect(to: .loopback(port: port), options: options)
    case .descriptor(let number): return try base.adopt(descriptor: number)
    case .standardStreams: return try base.adopt(reading: 0, writing: 1)
    case .memory(let name): return try MemoryHub.of(base).connect(to: name)
    }
  }
}
