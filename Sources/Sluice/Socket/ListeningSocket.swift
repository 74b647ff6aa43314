/// One address of a listener, and the descriptor that connections come to.
final class ListeningSocket: Watched {
  /// Where it listens, with the port that the system chose.
  let address: SocketAddress
  /// What is to be removed at the end.
  private let file: UnixSocketFile?
  weak var listener: Listener?
  private var isOpen = true

  init(descriptor: Int32, address: SocketAddress, file: UnixSocketFile? = nil) {
    self.address = address
    self.file = file
    super.init(descriptor: descriptor)
  }

  deinit { close() }

  override func isReady(_ readiness: Readiness) { listener?.accept(from: self) }

  override func abandon() { close() }

  /// Gives the descriptor back, when nobody watches it any more.
  func close() {
    guard isOpen else { return }
    isOpen = false
    // The file first: while it is there, who finds it must be able to connect.
    file?.remove()
    closeDescriptor(descriptor)
  }
}
