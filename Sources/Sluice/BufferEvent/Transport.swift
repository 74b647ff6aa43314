/// What a buffer event stands on, where that is neither another half nor a filter: the extension point at the bottom.
///
/// The event calls these from its loop; none may call back into the user's code before it returns. A transport brings bytes
/// with `BufferEvent.receive`, takes them with `BufferEvent.sendOutput`, and tells the end and errors through
/// `receiveEnd`, `receiveClose`, `fail` and `connected`.
///
/// The event is handed to each call, and a transport that needs it in between keeps the one that came last, without a
/// reference: where an event is dropped while its output waits, another takes its place, and is the one that is handed over
/// from then on, at least once.
public protocol Transport: AnyObject {
  /// What it is, for debug descriptions.
  var name: String { get }
  /// Bytes wait in the event's output, or more of them than before; or the output was finished and is empty.
  func outputReady(_ event: BufferEvent)
  /// Whether the event takes bytes has changed: bring no more while it does not.
  func readingChanged(_ event: BufferEvent, isWanted: Bool)
  /// Sends bytes of a file by itself, without their coming through the output, which is empty. Asked before each piece; `nil`
  /// says that it cannot, and then the bytes are read into the output. 0 says that it has to wait: it calls
  /// `BufferEvent.sendFiles` when it can go on.
  func send(_ file: OpenFile, from offset: Int, upTo count: Int, _ event: BufferEvent) -> Int?
  /// All bytes were taken; the other end is to see the end of the stream, and reading goes on.
  func finish(_ event: BufferEvent)
  /// The event needs the transport no more: after `finish`, where all was sent.
  func close(_ event: BufferEvent)
  /// Throw away what is under way, and let the other end see a reset: the event was aborted, or closed after an error in the
  /// middle of what was to be sent.
  func abort(_ event: BufferEvent)
}

extension Transport {
  /// It cannot.
  public func send(_ file: OpenFile, from offset: Int, upTo count: Int, _ event: BufferEvent) -> Int? { nil }
}
