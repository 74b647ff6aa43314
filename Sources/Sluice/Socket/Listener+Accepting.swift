import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Listener {
  /// Takes connections that wait at a socket, as many as a round may.
  func accept(from socket: ListeningSocket) {
    var budget = acceptBudget
    var hasTaken = false
    while budget > 0, isAccepting {
      budget -= 1
      var descriptor: Int32 = -1
      let peer = SocketAddress.of(socket.descriptor) {
        descriptor = sluice_accept($0, $1, $2)
        return min(descriptor, 0)
      }
      if descriptor >= 0 {
        hasTaken = true
        hand(over: descriptor, from: socket, peer: peer)
      } else if descriptor == -EAGAIN || descriptor == -EWOULDBLOCK {
        break
      } else if !Self.concernsOneConnection(-descriptor) {
        ranShort(-descriptor, at: socket.address, sheddingFrom: socket)
      }
    }
    // Who closed it in a callback has given the reserve back.
    if hasTaken, !isClosed { shortage.isOver() }
    // A system that refuses without end, and without taking anything out of the queue, would keep the loop turning.
    if budget == 0, !hasTaken, isAccepting { shortage.wait(for: self) }
    updateInterest()
  }

  /// Whether a failure says nothing about the next connection: its peer gave it up, a filter of the system's refused it, its
  /// network broke, or a signal came.
  private static func concernsOneConnection(_ code: Int32) -> Bool {
    switch code {
    case EINTR, ECONNABORTED, EPROTO, EPERM, ETIMEDOUT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENOPROTOOPT:
      true
    default: false
    }
  }

  private func hand(over descriptor: Int32, from socket: ListeningSocket, peer: SocketAddress?) {
    guard let onAccept else {
      counts.shed += 1
      return closeDescriptor(descriptor)
    }
    counts.accepted += 1
    openConnections += 1
    options.socket.apply(to: descriptor, isTCP: !socket.address.isUnix)
    let transport = SocketTransport(descriptor: descriptor, peer: "\(peer ?? socket.address)")
    transport.onClosed = { [weak self] in self?.connectionClosed() }
    onAccept(base.event(over: transport), peer)
  }

  private func connectionClosed() {
    let wasWaiting = isFull || shortage.isWaiting
    openConnections -= 1
    // A descriptor came free: that is what a listener without any waits for.
    shortage.stopWaiting()
    if wasWaiting { updateInterest() }
  }
}
