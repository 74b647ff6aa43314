import Sluice

/// One direction of a simulated link: what is under way.
final class LinkLane {
  /// What is told besides bytes.
  enum Signal {
    case end
    case close
    case reset
  }

  private struct Item {
    /// The bytes that are left of it; none for a signal.
    var count = 0
    var signal: Signal?
    let due: EventBase.Instant
  }

  var conditions: LinkConditions
  var isDown = false { didSet { arm() } }
  weak var sender: LinkEnd?
  weak var receiver: LinkEnd?
  /// Bytes were under way to an end that closed.
  private(set) var hasLost = false

  private let base: EventBase
  private var random: SeededGenerator
  private var bytes: EventBuffer
  private var items = Queue<Item>()
  private var lastDue = EventBase.Instant(nanoseconds: .min)
  /// When the sender's last byte has left it, at its bandwidth.
  private var clearTime = EventBase.Instant(nanoseconds: .min)
  private var timer: LoopTimer?
  /// The receiver did not take all that is due, and says when it takes more.
  private var isStuck = false
  private var hasReceiver = true

  init(_ base: EventBase, _ conditions: LinkConditions, seed: UInt64) {
    (self.base, self.conditions) = (base, conditions)
    random = SeededGenerator(seed: seed)
    bytes = base.makeBuffer()
  }

  // MARK: Sending

  /// Takes bytes that the window has room for.
  func take(from output: inout EventBuffer) {
    guard hasReceiver else {
      // As on a network, they go and do not arrive.
      if output.drain() > 0 { hasLost = true }
      return
    }
    while !output.isEmpty, bytes.count < max(conditions.window, 1) {
      let room = max(conditions.window, 1) - bytes.count
      let count = bytes.append(upTo: min(room, length()), from: &output)
      put(Item(count: count, due: nextDue(count)))
    }
    arm()
  }

  func send(_ signal: Signal) {
    put(Item(signal: signal, due: nextDue(0)))
    arm()
  }

  /// Throws away what is under way, and has a reset take its place.
  func reset() {
    isStuck = false
    items.removeAll()
    bytes.drain()
    (lastDue, clearTime) = (.init(nanoseconds: .min), .init(nanoseconds: .min))
    send(.reset)
  }

  /// Where there are no segments, what arrives at one time is one piece.
  private func put(_ item: Item) {
    guard conditions.segment == nil, item.signal == nil, let last = items.last, last.signal == nil, last.due == item.due
    else { return items.append(item) }
    items.changeLast { $0.count += item.count }
  }

  private func length() -> Int {
    guard let segment = conditions.segment.map({ max($0, 1) }) else { return .max }
    return conditions.variesSegments ? .random(in: 1...segment, using: &random) : segment
  }

  /// When what is sent now arrives: behind what was sent before.
  private func nextDue(_ count: Int) -> EventBase.Instant {
    if let bandwidth = conditions.bandwidth {
      let time = UInt128(count) * 1_000_000_000 / UInt128(max(bandwidth, 1))
      clearTime = max(clearTime, base.now).advanced(by: .nanoseconds(Int64(clamping: time)))
    }
    lastDue = max(lastDue, max(clearTime, base.now).advanced(by: max(conditions.latency, .zero) + extra()))
    return lastDue
  }

  private func extra() -> Duration {
    guard conditions.jitter > .zero else { return .zero }
    let most = Int64(clamping: conditions.jitter.attoseconds / 1_000_000_000)
    return .nanoseconds(Int64.random(in: 0...most, using: &random))
  }

  // MARK: Arriving

  /// Has what is due brought, in a turn of its own.
  func arm() {
    guard let first = items.first, !isDown, hasReceiver, !isStuck else { return }
    let timer = timer ?? makeTimer()
    timer.arm(at: max(first.due, base.now))
  }

  /// The receiver takes bytes again.
  func receiverReady() {
    isStuck = false
    arm()
  }

  private func makeTimer() -> LoopTimer {
    let made = LoopTimer(base: base) { [weak self] in self?.deliver() }
    timer = made
    return made
  }

  /// Nobody takes anything any more.
  func receiverLeft() {
    hasReceiver = false
    timer?.cancel()
    items.removeAll()
    if bytes.drain() > 0 { hasLost = true }
    sender?.send()
  }

  /// Brings what is due: all of it, or a segment.
  private func deliver() {
    guard !isDown, let receiver else { return }
    while let first = items.first, first.due <= base.now {
      if let signal = first.signal {
        items.removeFirst()
        receiver.receive(signal)
      } else {
        isStuck = !bring(first.count, to: receiver)
        if isStuck || conditions.segment != nil { break }
      }
    }
    sender?.send()
    arm()
  }

  /// Brings bytes of the first item. Whether all of them were taken.
  private func bring(_ count: Int, to receiver: LinkEnd) -> Bool {
    let taken = receiver.receive(upTo: count, from: &bytes)
    if taken == count { items.removeFirst() } else { items.changeFirst { $0.count -= taken } }
    return taken == count
  }
}

/// First in, first out. Every operation is O(1), on average.
private struct Queue<Element> {
  private var elements: [Element] = []
  private var start = 0

  var first: Element? { start < elements.count ? elements[start] : nil }
  var last: Element? { start < elements.count ? elements[elements.count - 1] : nil }

  mutating func append(_ element: Element) { elements.append(element) }
  mutating func changeFirst(_ body: (inout Element) -> Void) { body(&elements[start]) }
  mutating func changeLast(_ body: (inout Element) -> Void) { body(&elements[elements.count - 1]) }

  mutating func removeFirst() {
    start += 1
    guard start * 2 > elements.count else { return }
    elements.removeFirst(start)
    start = 0
  }

  mutating func removeAll() { (elements, start) = ([], 0) }
}
