import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension EventBase {
  /// A buffer event over a descriptor that is open: an inherited or accepted socket, an end of a pipe, a terminal, a device, or a
  /// file. It belongs to the event from now on, even where this fails.
  ///
  /// What a descriptor cannot do is over from the beginning, without an event that tells so: writing to what is only open for
  /// reading is refused as `.finished`; a file that is open for both is read. A socket is made not to block. For what is done
  /// with other descriptors, which others may share, see `adopt(reading:writing:)`.
  ///
  /// The base keeps the event alive while it has a callback, until it is closed or has told an error; one that is dropped
  /// without is closed. libevent: `bufferevent_socket_new`, for sockets.
  ///
  /// - Throws: `SocketError` where the descriptor is not open, or a socket that carries no stream: of datagrams, or one that
  ///   listens.
  public func adopt(descriptor: Int32, options: SocketOptions = SocketOptions()) throws(SocketError) -> BufferEvent {
    guard AdoptedDescriptor.kind(of: descriptor) == .socket else { return try adoptStream(descriptor) }
    do { try AdoptedDescriptor.requireStream(descriptor) } catch {
      _ = sluice_give_back(descriptor)
      throw error
    }
    let result = sluice_prepare(descriptor)
    if result < 0 {
      _ = sluice_give_back(descriptor)
      throw SocketError(.configure, code: -result, peer: "descriptor \(descriptor)")
    }
    let peer = SocketAddress.of(descriptor) { getpeername($0, $1, $2) }
    options.apply(to: descriptor, isTCP: peer.map { !$0.isUnix } ?? false)
    return event(
      over: SocketTransport(descriptor: descriptor, peer: peer?.description ?? "descriptor \(descriptor)"))
  }

  /// A buffer event that reads from one descriptor and writes to another: two pipes to a child process, or the standard streams.
  /// Both belong to the event from now on, even where this fails; they may be the same. `finish()` closes the second behind what
  /// was written; a socket is only shut down for writing, and closed with the event.
  ///
  /// The descriptors may be shared with other processes, as the standard streams are, which would suffer if they were made not
  /// to block: so pipes and terminals are opened once more, for this event alone, and sockets are asked each time. Only where
  /// that cannot be (devices, no `/proc`, a terminal of somebody else's) they are made not to block until the event is closed.
  /// Files, and devices that cannot be waited for, are read in pieces in the loop's turns, which a slow disk holds up.
  ///
  /// Descriptors 0 to 2 are pointed at `/dev/null` when the event gives them back, so that nothing takes their numbers.
  ///
  /// The event lives as that of `adopt(descriptor:options:)`. libevent: none.
  ///
  /// - Throws: `SocketError` where one of them is not open, not for that direction, or a socket that carries no stream.
  public func adopt(reading input: Int32, writing output: Int32) throws(SocketError) -> BufferEvent {
    if input == output { return try adoptForBoth(input) }
    let source: AdoptedDescriptor
    do { source = try .take(input, for: .read) } catch {
      _ = sluice_give_back(output)
      throw error
    }
    return event(over: DescriptorTransport(reading: source, writing: try .take(output, for: .write), on: self))
  }

  /// Two ends joined by a socket of the kernel's: what `pair()` is in memory. libevent: `evutil_socketpair`.
  ///
  /// - Throws: `SocketError` where the system has no descriptors left.
  public func socketPair() throws(SocketError) -> (BufferEvent, BufferEvent) {
    var ends: [Int32] = [-1, -1]
    let result = sluice_socket_pair(&ends)
    if result < 0 { throw SocketError(.create, code: -result, peer: "socketpair") }
    func event(over descriptor: Int32) -> BufferEvent {
      self.event(over: SocketTransport(descriptor: descriptor, peer: "descriptor \(descriptor)"))
    }
    return (event(over: ends[0]), event(over: ends[1]))
  }

  /// Two ends joined by two pipes of the kernel's.
  ///
  /// - Throws: `SocketError` where the system has no descriptors left.
  public func pipePair() throws(SocketError) -> (BufferEvent, BufferEvent) {
    let there = try openPipe()
    let back: [Int32]
    do { back = try openPipe() } catch {
      for end in there { closeDescriptor(end) }
      throw error
    }
    return (try adopt(reading: back[0], writing: there[1]), try adopt(reading: there[0], writing: back[1]))
  }

  private func openPipe() throws(SocketError) -> [Int32] {
    var ends: [Int32] = [-1, -1]
    // Nobody shares these, so they need not be opened once more.
    let result = sluice_pipe(&ends)
    if result < 0 { throw SocketError(.create, code: -result, peer: "pipe") }
    return ends
  }

  /// A descriptor that is no socket, in the directions that it is open for.
  private func adoptStream(_ descriptor: Int32) throws(SocketError) -> BufferEvent {
    let kind = AdoptedDescriptor.kind(of: descriptor)
    switch fcntl(descriptor, F_GETFL) & O_ACCMODE {
    case O_WRONLY:
      return event(over: DescriptorTransport(reading: nil, writing: try .take(descriptor, for: .write), on: self))
    case O_RDWR where kind != .file: return try adoptForBoth(descriptor)
    default:
      return event(over: DescriptorTransport(reading: try .take(descriptor, for: .read), writing: nil, on: self))
    }
  }

  /// A descriptor for both directions, which end at different times.
  private func adoptForBoth(_ descriptor: Int32) throws(SocketError) -> BufferEvent {
    let mode = fcntl(descriptor, F_GETFL)
    guard mode >= 0, mode & O_ACCMODE == O_RDWR else {
      if mode >= 0 { _ = sluice_give_back(descriptor) }
      throw SocketError(.configure, code: EBADF, peer: "descriptor \(descriptor), for \(Directions.both)")
    }
    let second = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    if second >= 0 { return try adopt(reading: descriptor, writing: second) }
    let code = errno
    _ = sluice_give_back(descriptor)
    throw SocketError(.create, code: code, peer: "descriptor \(descriptor)")
  }

  /// An event over a transport, which the base keeps alive while it has a callback.
  func event(over transport: some DialedTransport) -> BufferEvent {
    let event = BufferEvent(base: self, transport: transport)
    event.keepByCallbacks()
    transport.attach(event)
    return event
  }
}
