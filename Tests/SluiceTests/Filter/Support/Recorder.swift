@testable import Sluice

/// Takes everything that an event tells, in order, and keeps the event alive unless told otherwise.
final class Recorder {
  private let event: BufferEvent?
  var bytes: [UInt8] = []
  /// `read`, `write`, and the events in words.
  var log: [String] = []
  var error: StreamError?
  /// How much each read callback takes.
  var readSize = Int.max

  init(_ event: BufferEvent, writes: Bool = false, keeping: Bool = true) {
    self.event = keeping ? event : nil
    event.onRead = { [weak self] in
      let bytes = $0.input.read(upTo: self?.readSize ?? .max)
      self?.log.append("read")
      self?.bytes += bytes
    }
    if writes { event.onWrite = { [weak self] _ in self?.log.append("write") } }
    event.onEvent = { [weak self] _, event in
      self?.log.append(words(event))
      if case .error(let error) = event { self?.error = error }
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var events: [String] { log.filter { $0 != "read" && $0 != "write" } }
  var reads: Int { log.filter { $0 == "read" }.count }
}

func words(_ event: StreamEvent) -> String {
  switch event {
  case .connected: "connected"
  case .endOfInput: "end of input"
  case .endOfOutput: "end of output"
  case .timeout(let direction): "timeout \(direction)"
  case .error(let error): "error: \(error)"
  case .notice(let notice): "notice \(notice)"
  }
}

/// What test filters throw.
struct Fault: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension BufferEvent {
  /// The layers of the stack, from this one to the wire.
  var layers: [BufferEvent] {
    var layers = [self]
    while let below = layers[layers.count - 1].underlying { layers.append(below) }
    return layers
  }

  /// All bytes that the layers below the top hold on their way down.
  var outputBelow: Int { layers.dropFirst().reduce(0) { $0 + $1.outputBuffer.count } }

  func setAllMarks(_ high: Int) {
    for layer in layers {
      layer.readMarks = Watermarks(high: high)
      layer.writeMarks = Watermarks(high: high)
    }
  }
}
