import Sluice

/// A connection to the server, and what came of it.
final class Client {
  let event: BufferEvent
  private let server: Server
  private(set) var text = ""
  private(set) var hasEnded = false
  private(set) var error: StreamError?

  init(_ server: Server) throws {
    self.server = server
    guard let address = server.address else { throw NeverCame("an address", said: server.lines, hasEnded: false) }
    event = server.base.connect(to: address)
    event.onRead = { [weak self] event in self?.text += event.input.readString() }
    event.onEvent = { [weak self] _, what in
      switch what {
      case .endOfInput: self?.hasEnded = true
      case .error(let error): self?.error = error
      default: break
      }
    }
  }

  deinit { event.close() }

  /// Whether the server let go of it.
  var isOver: Bool { hasEnded || error != nil }

  /// Sends a message, and waits until it has come back.
  func echo(_ message: String) throws {
    let expected = text + message
    event.write(message)
    try server.reach("the echo of \(message)") { text == expected || isOver }
    if text != expected { throw NeverCame("the echo of \(message)", said: server.lines, hasEnded: false) }
  }
}
