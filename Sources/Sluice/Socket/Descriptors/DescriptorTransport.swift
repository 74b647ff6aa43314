import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a buffer event stands on that reads from one descriptor and writes to another: pipes, terminals, devices, files, and
/// sockets that others share. Either may be missing.
final class DescriptorTransport: DialedTransport, BreakableTransport {
  let base: EventBase
  /// nil where there is none, and once it is given back.
  private(set) var input: AdoptedDescriptor?
  private(set) var output: AdoptedDescriptor?
  /// The event above; nil once it is closed.
  var link: Unmanaged<BufferEvent>?
  private var readWatch: DescriptorWatch?
  private var writeWatch: DescriptorWatch?
  /// Output waits until there is room again.
  var isWriteBlocked = false
  var brokenCode: Int32 = 0 {
    didSet { waitedAtFailure = input.map { Int(sluice_waiting($0.descriptor)) } ?? 0 }
  }
  /// Bytes that waited in the input when writing failed, less those that were read since. More may come for ever.
  var waitedAtFailure = 0
  /// The loop comes to it by itself, since there is nothing to be waited for.
  private var isTurnQueued = false

  let name: String
  var peer: String { output?.description ?? name }
  var readDescriptor: Int32? { input?.descriptor }

  init(reading input: AdoptedDescriptor?, writing output: AdoptedDescriptor?, on base: EventBase) {
    self.base = base
    self.input = input
    self.output = output
    name = [input?.description, output?.description].compactMap(\.self).joined(separator: " and ")
  }

  func attach(_ event: BufferEvent) {
    link = Unmanaged.passUnretained(event)
    // What is not there is over before it began, and nobody has to be told.
    if input == nil { event.flags.insert(.inputEnded) }
    if output == nil { event.flags.formUnion([.finishing, .outputFinished]) }
    updateInterest(event)
  }

  // MARK: Waiting

  /// Has the loop watch for what is waited for; a system call only where that changed.
  func updateInterest(_ event: BufferEvent) {
    guard link != nil else { return }
    let isOver = event.flags.intersects([.failed, .closed])
    if let input {
      // An event that is closing reads on to hear what becomes of the other end, which a file does not tell.
      let isIdle = input.isAlwaysReady && event.isClosed && event.upper == nil
      let isWanted = event.inputRoom > 0 && !isOver && !isIdle
      let watch = readWatch ?? DescriptorWatch(input.descriptor) { [weak self] in self?.withEvent { $0.readOn($1) } }
      readWatch = watch
      wait(for: isWanted ? .read : [], watch, input, event)
    }
    if let output {
      let isWanted = isWriteBlocked && !isBroken && !isOver
      let watch = writeWatch ?? DescriptorWatch(output.descriptor) { [weak self] in self?.withEvent { $0.writeOn($1) } }
      writeWatch = watch
      wait(for: isWanted ? .write : [], watch, output, event)
    }
  }

  private func wait(
    for wanted: Readiness, _ watch: DescriptorWatch, _ adopted: AdoptedDescriptor, _ event: BufferEvent
  ) {
    if adopted.isAlwaysReady { return wanted.isEmpty ? () : queueTurn() }
    do { try base.watch(watch, for: wanted) } catch .noResources(_, EPERM) {
      // There is nothing to wait for: a device that is like a file.
      adopted.isAlwaysReady = true
      queueTurn()
    } catch {
      event.fail(error)
    }
  }

  private func withEvent(_ body: (DescriptorTransport, BufferEvent) -> Void) {
    if let event = link?.takeUnretainedValue() { body(self, event) }
  }

  private func queueTurn() {
    guard !isTurnQueued else { return }
    isTurnQueued = true
    base.defer { [weak self] in
      self?.withEvent { transport, event in
        transport.isTurnQueued = false
        if transport.input?.isAlwaysReady == true { transport.readOn(event) }
        if transport.output?.isAlwaysReady == true, transport.isWriteBlocked, !transport.isBroken {
          transport.writeOn(event)
        }
      }
    }
  }

  private func readOn(_ event: BufferEvent) {
    receive(event)
    tellBehindInput()
  }

  private func writeOn(_ event: BufferEvent) {
    isWriteBlocked = false
    outputReady(event)
  }

  // MARK: Ending

  func readingChanged(_ event: BufferEvent, isWanted: Bool) {
    updateInterest(event)
    tellBehindInput()
  }

  func finish(_ event: BufferEvent) {
    guard let output else { return }
    unwatch(writeWatch)
    // A socket that is closed here might reset the connection: it is kept until all is over.
    if output.kind == .socket {
      shutdown(output.descriptor, Int32(SHUT_WR))
    } else {
      self.output = nil
      output.close()
    }
  }

  var hasUnread: Bool { waitedAtFailure >= 0 && input?.isAlwaysReady == false && isReadable }

  var hasUnsent: Bool {
    guard let output, output.kind == .socket else { return false }
    return sluice_unsent(output.descriptor) > 0
  }

  func close(_ event: BufferEvent) {
    if let output, output.kind == .socket, event.flags.contains(.outputFinished), !event.flags.contains(.failed) {
      self.output = nil
      LingeringSocket.close(output.giveAway(), on: base) {}
    }
    closeNow()
  }

  func abort(_ event: BufferEvent) {
    for adopted in [input, output] {
      guard let adopted, adopted.kind == .socket else { continue }
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(adopted.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }
    closeNow()
  }

  private func closeNow() {
    link = nil
    unwatch(readWatch)
    unwatch(writeWatch)
    input?.close()
    output?.close()
    (input, output, readWatch, writeWatch) = (nil, nil, nil, nil)
  }

  /// Nobody else may get the number before the poller forgot it.
  private func unwatch(_ watch: DescriptorWatch?) {
    if let watch { try? base.watch(watch, for: []) }
  }
}
