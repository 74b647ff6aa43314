import Sluice

/// One end of a link, what it was told, and what it read.
final class Witness {
  let event: BufferEvent
  /// `read` and the events in words, in order. Wires cut bytes as they like: reads that follow each other are one.
  var log: [String] = []
  private(set) var bytes: [UInt8] = []
  /// How many bytes were read.
  var count: Int { bytes.count }
  var last: UInt8? { bytes.last }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  /// How often the write callback came.
  private(set) var writes = 0
  /// How often the read callback came with nothing new.
  private(set) var emptyReads = 0
  /// The error that it was told, if one.
  private(set) var error: StreamError?
  /// Done in the read callback, in place of taking everything.
  var onRead: ((Witness) -> Void)?
  /// Done in the write callback.
  var onWrite: ((Witness) -> Void)?

  init(_ event: BufferEvent) {
    self.event = event
    event.onRead = { [weak self] event in self?.read(event) }
    event.onWrite = { [weak self] _ in
      guard let self else { return }
      writes += 1
      onWrite?(self)
    }
    event.onEvent = { [weak self] _, what in self?.noted(what) }
  }

  func stopListening() { (event.onRead, event.onWrite, event.onEvent) = (nil, nil, nil) }

  private func read(_ event: BufferEvent) {
    if log.last != "read" { log.append("read") }
    if event.inputCount == 0 { emptyReads += 1 }
    if let onRead { onRead(self) } else { take() }
  }

  /// Takes what has come, or a part of it.
  @discardableResult
  func take(upTo limit: Int = .max) -> [UInt8] {
    let taken = event.input.read(upTo: limit)
    bytes += taken
    return taken
  }

  private func noted(_ what: StreamEvent) {
    switch what {
    case .connected: log.append("connected")
    case .endOfInput: log.append("end of input")
    case .endOfOutput: log.append("end of output")
    case .timeout(let direction): log.append("timeout \(direction)")
    case .notice: log.append("notice")
    case .error(let error):
      log.append(error.isReset ? "reset" : "error: \(error)")
      self.error = error
    }
  }

  /// The layers of the stack, from the top to the wire.
  var layers: [BufferEvent] {
    var layers = [event]
    while let below = layers[layers.count - 1].underlying { layers.append(below) }
    return layers
  }

  func isTold(_ what: String) -> Bool { log.contains(what) }
}
