import Sluice

/// Two filters as plain values, and the wire between them, which brings as much as a test wants.
final class ValueLink {
  let near: Host
  let far: Host
  private var now = EventBase.Instant(nanoseconds: 0)
  /// How many bytes of what the near end sent are delivered at once, and how many in all.
  var chunk = Int.max
  var toDeliver = Int.max
  private(set) var delivered = 0
  /// Whether the wire ends behind what is delivered.
  var isCutOff = false

  init(_ near: Host, _ far: Host) {
    (self.near, self.far) = (near, far)
    near.start()
    far.start()
  }

  /// Moves everything until nothing does, and time until nobody waits for it; or no time at all.
  func settle(inTime: Bool = true) {
    while !near.isOver || !far.isOver {
      if step() { continue }
      guard wakeNext(inTime) else { return }
    }
  }

  private func step() -> Bool {
    var hasMoved = near.pumpOut(now: now)
    hasMoved = carry() || hasMoved
    hasMoved = far.pumpIn(now: now) || hasMoved
    hasMoved = far.pumpOut(now: now) || hasMoved
    hasMoved = carryBack() || hasMoved
    return near.pumpIn(now: now) || hasMoved
  }

  private func carry() -> Bool {
    let count = far.wireIn.append(upTo: min(chunk, toDeliver - delivered), from: &near.wireOut)
    delivered += count
    let ends = near.isOutputFinished && near.wireOut.isEmpty || isCutOff && delivered == toDeliver
    return end(far, ends) || count > 0
  }

  private func carryBack() -> Bool {
    let count = near.wireIn.append(upTo: chunk, from: &far.wireOut)
    return end(near, far.isOutputFinished && far.wireOut.isEmpty) || count > 0
  }

  private func end(_ host: Host, _ ends: Bool) -> Bool {
    guard ends, !host.isWireInEnded else { return false }
    host.isWireInEnded = true
    return true
  }

  /// Wakes who is next. False, where nobody waits to be woken.
  private func wakeNext(_ inTime: Bool) -> Bool {
    let hosts = [near, far].filter { !$0.isOver }
    if let due = hosts.first(where: \.isWakeDue) {
      due.wake(now: now)
      return true
    }
    let waiting = hosts.compactMap { host in host.wakeTime.map { (host, $0) } }
    guard let (host, time) = waiting.min(by: { $0.1 < $1.1 }) else { return false }
    guard inTime || time <= now else { return false }
    now = max(now, time)
    host.wake(now: now)
    return true
  }
}
