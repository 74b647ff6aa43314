import Testing

@testable import Sluice

/// A link in memory that a test moves by hand.
final class HandTransport: Transport {
  let name = "hand"
  var log: [String] = []
  var sent = ""
  /// How many bytes it takes when output is ready.
  var appetite = Int.max

  func outputReady(_ event: BufferEvent) {
    log.append("output ready")
    send(event)
  }

  func send(_ event: BufferEvent) {
    event.sendOutput { sent += $0.readString(upTo: appetite) }
  }

  func readingChanged(_ event: BufferEvent, isWanted: Bool) { log.append(isWanted ? "wanted" : "not wanted") }
  func finish(_ event: BufferEvent) { log.append("finish") }
  func close(_ event: BufferEvent) { log.append("close") }
  func abort(_ event: BufferEvent) { log.append("abort") }

  func take() -> [String] {
    defer { log = [] }
    return log
  }
}

func buffered(_ text: String) -> EventBuffer {
  var buffer = EventBuffer()
  buffer.append(text)
  return buffer
}

func onTransport(_ body: (EventBase, HandTransport, BufferEvent) throws -> Void) throws {
  try inVirtualTime { base in
    let transport = HandTransport()
    try body(base, transport, BufferEvent(base: base, transport: transport))
  }
}

func receive(_ text: String, _ event: BufferEvent) -> Int {
  var buffer = buffered(text)
  event.receive(&buffer)
  return buffer.count
}
