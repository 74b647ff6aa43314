import StackDescription

/// The two descriptions of a proxy, read for one loop.
struct Chains {
  let listener: DescribedChain
  let target: DescribedChain

  /// What outlives the reading of the descriptions, on one loop.
  struct Memory {
    let listener = StackMemory()
    let target = StackMemory()
  }

  /// Reads both descriptions, loads what they name, and sees that they go together.
  ///
  /// - Throws: `ToolError`, which points at the place that is wrong.
  init(_ settings: ProxySettings, sharing memory: Memory = Memory()) throws(ToolError) {
    let registry = filters(
      FilterDefaults(handshakeTimeout: settings.limits.handshake, threads: settings.limits.threads))
    listener = try Self.read("LISTEN", settings.listener, at: .listener, registry, memory.listener)
    target = try Self.read("TARGET", settings.target, at: .target, registry, memory.target)
    try ToolError.checkFiles(of: listener.stack, target.stack, error: ToolError.configuration)
    if listener.address == .standardStreams, target.address == .standardStreams {
      throw .usage("TARGET stdio: standard input and output are the client's already. Give another target.")
    }
    if case .descriptor(let number) = listener.address, target.address == .descriptor(number) {
      throw .usage("TARGET fd:\(number): the descriptor is the listener's already. Give another target.")
    }
    if target.address.port == 0 {
      throw .usage("TARGET \(target.address): port 0 is nobody's. Give the port that the target listens at.")
    }
  }

  private static func read(
    _ name: String, _ text: ChainText, at site: Site, _ registry: FilterRegistry, _ memory: StackMemory
  ) throws(ToolError) -> DescribedChain {
    do {
      return try registry.chain(try text.read(), at: site, sharing: memory)
    } catch {
      throw .configuration("\(name): \(error)")
    }
  }

  /// What is dangerous about them.
  var warnings: [String] { listener.stack.warnings + target.stack.warnings }

  /// The way of a byte from the client to the target, with all that is in effect.
  var explanation: String { "client\n" + listener.explanation + "\nrelay\n" + target.explanation + "\ntarget" }

  /// Whether the listener is one connection, not a place where many come. A descriptor is asked what it is.
  var takesOne: Bool {
    if case .descriptor(let number) = listener.address { return !Descriptors.isListening(number) }
    return listener.address.isSingle
  }

  /// Sees that they can be served as the command line has it.
  ///
  /// - Returns: where to listen.
  /// - Throws: what does not go together.
  func plan(for settings: ProxySettings) throws(ToolError) -> ListenPlan {
    try checkThreads(settings.limits.threads)
    return try ListenPlan(listener, allowsPlaintext: settings.allowsPlaintext)
  }

  /// Sees that the descriptors that are named were handed down. To be asked before the process opens any of its own, which
  /// would have the same numbers.
  func checkDescriptors() throws(ToolError) {
    for (name, address) in [("LISTEN", listener.address), ("TARGET", target.address)] {
      guard case .descriptor(let number) = address, !Descriptors.isOpen(number) else { continue }
      throw .usage(
        "\(name) \(address): the descriptor is not open. Have whatever starts this process hand one down, or give another"
          + " address.")
    }
  }

  /// Whether standard output belongs to one of the connections.
  var ownsOutput: Bool {
    [listener.address, target.address].contains { $0 == .standardStreams || $0 == .descriptor(1) }
  }

  /// One connection cannot be spread over several loops, nor can some filters.
  private func checkThreads(_ count: Int) throws(ToolError) {
    for (name, address, isSingle) in [
      ("LISTEN", listener.address, takesOne), ("TARGET", target.address, target.address.isSingle),
    ] where isSingle && count > 1 {
      throw .usage("\(name) \(address): is one connection, and needs one thread. Leave --threads out.")
    }
    if count > 1, let filter = listener.stack.nameOfOneLoop ?? target.stack.nameOfOneLoop {
      throw .usage("--threads \(count): \(filter) needs one thread. Leave --threads out.")
    }
  }
}
