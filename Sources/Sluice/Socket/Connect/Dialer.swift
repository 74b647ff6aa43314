/// Makes a connection to one address. The system's does so with a socket; a test scripts its own.
protocol Dialer: Sendable {
  /// Starts to connect. `tell` is called once, from the loop, never from inside this call, unless the attempt is cancelled first.
  func dial(
    _ address: SocketAddress, _ options: ConnectOptions, on base: EventBase,
    _ tell: @escaping (Result<any DialedTransport, SocketError>) -> Void
  ) -> any Dialing
}

/// An attempt that is under way.
protocol Dialing: AnyObject {
  /// Gives everything back, and tells nothing any more.
  func cancel()
}

/// A transport that is connected, and waits for its event.
protocol DialedTransport: Transport {
  /// `event` stands on this from now on.
  func attach(_ event: BufferEvent)
}

extension SocketTransport: DialedTransport {}
