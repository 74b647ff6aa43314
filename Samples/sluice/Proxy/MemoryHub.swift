import Sluice

/// The places in memory of one loop, for `mem` and `mem:NAME`.
final class MemoryHub {
  private var places: [String: (BufferEvent) -> Void] = [:]
  /// The ends that answer, until they are closed.
  private var echoes: [ObjectIdentifier: BufferEvent] = [:]
  private let pair: () -> (BufferEvent, BufferEvent)

  private init(_ pair: @escaping () -> (BufferEvent, BufferEvent)) { self.pair = pair }

  static func of(_ base: EventBase) -> MemoryHub {
    base.shared { [unowned base] in MemoryHub { base.pair() } }
  }

  /// Has connections to `name` handed to `accept`.
  func listen(at name: String, _ accept: @escaping (BufferEvent) -> Void) { places[name] = accept }

  /// A connection to a place. Without a name it answers with what it gets.
  ///
  /// - Throws: where nobody listens there.
  func connect(to name: String) throws(ToolError) -> BufferEvent {
    let (near, far) = pair()
    if let accept = places[name] {
      accept(far)
    } else if name.isEmpty {
      echoes[ObjectIdentifier(far)] = far
      far.onRead = { $0.write(&$0.input) }
      far.onEvent = { [unowned self] far, _ in
        far.close()
        echoes[ObjectIdentifier(far)] = nil
      }
    } else {
      throw .failed("TARGET mem:\(name): nothing listens there in this process. Give mem for an echo.")
    }
    return near
  }
}
