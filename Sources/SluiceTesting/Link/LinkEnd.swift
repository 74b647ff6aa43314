import Sluice

/// What an end of a simulated link stands on.
final class LinkEnd: Transport {
  let name: String
  private let outgoing: LinkLane
  private let incoming: LinkLane
  /// The event above; nil once it is closed.
  private var link: Unmanaged<BufferEvent>?

  init(name: String, outgoing: LinkLane, incoming: LinkLane) {
    (self.name, self.outgoing, self.incoming) = (name, outgoing, incoming)
  }

  func makeEvent(on base: EventBase) -> BufferEvent {
    let event = BufferEvent(base: base, transport: self)
    link = Unmanaged.passUnretained(event)
    outgoing.sender = self
    incoming.receiver = self
    return event
  }

  private var event: BufferEvent? { link?.takeUnretainedValue() }

  /// Sends what the window has room for.
  func send() { if let event { outputReady(event) } }

  func outputReady(_ event: BufferEvent) {
    link = Unmanaged.passUnretained(event)
    event.sendOutput { outgoing.take(from: &$0) }
  }

  func readingChanged(_ event: BufferEvent, isWanted: Bool) {
    link = Unmanaged.passUnretained(event)
    if isWanted { incoming.receiverReady() }
  }

  func finish(_ event: BufferEvent) { outgoing.send(.end) }

  func close(_ event: BufferEvent) {
    outgoing.send(.close)
    leave()
  }

  func abort(_ event: BufferEvent) {
    outgoing.reset()
    leave()
  }

  private func leave() {
    link = nil
    incoming.receiverLeft()
  }

  /// Gives the event what it takes.
  func receive(upTo count: Int, from bytes: inout EventBuffer) -> Int {
    guard let event else { return bytes.drain(count) }
    var taken = 0
    // An end that closes throws away what it gets, and has room again.
    while taken < count, event.inputRoom > 0 {
      var piece = event.base.makeBuffer()
      taken += piece.append(upTo: min(count - taken, event.inputRoom), from: &bytes)
      event.receive(&piece)
      guard piece.isEmpty else {
        taken -= piece.count
        bytes.prepend(&piece)
        break
      }
    }
    return taken
  }

  func receive(_ signal: LinkLane.Signal) {
    guard let event else { return }
    switch signal {
    case .end: event.receiveEnd()
    case .close: event.receiveClose(losing: outgoing.hasLost)
    case .reset: event.fail(StreamError(.reset))
    }
  }
}
