import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What was waited for, and did not come.
struct NeverCame: Error, CustomStringConvertible {
  let what: String
  init(_ what: String) { self.what = what }
  var description: String { "never came: \(what)" }
}

/// Two joined ends, and what they saw.
final class Link {
  let kind: LinkKind
  let base: EventBase
  let folder = ScratchFolder()
  /// The ends; nil where a point dropped one.
  private(set) var ends: [Witness?] = []

  init(_ kind: LinkKind, on base: EventBase) throws {
    self.kind = kind
    self.base = base
    let (left, right) = try kind.wire.join(on: base, self)
    ends = [
      Witness(try kind.layers.stand(on: left, asClient: true)),
      Witness(try kind.layers.stand(on: right, asClient: false)),
    ]
  }

  var left: Witness { end(0) }
  var right: Witness { end(1) }

  private func end(_ index: Int) -> Witness {
    guard let end = ends[index] else { preconditionFailure("that end was dropped") }
    return end
  }

  /// Waits until both ends are connected, and forgets that they were told so.
  func connect() throws {
    let told = [kind.wire.isConnecting || kind.layers.hasHandshake, kind.layers.hasHandshake]
    try reach("the connection") { zip(ends, told).allSatisfy { !$1 || $0?.log.contains("connected") == true } }
    for end in ends { end?.log = [] }
  }

  /// Lets go of the left end, which nobody hears of any more.
  func dropLeft() {
    left.stopListening()
    ends[0] = nil
  }

  func abort() {
    for end in ends { end?.event.abort() }
  }

  /// Makes rounds until `condition` holds. The watchdog is for what never comes: it takes no time where all is well.
  func reach(_ what: String, _ condition: () throws -> Bool) throws {
    var isLate = false
    // Virtual time would jump to it while the kernel still works.
    let watchdog = isTimeless ? nil : base.schedule(after: .seconds(60)) { isLate = true }
    defer { watchdog?.cancel() }
    while try !condition() {
      if isLate {
        let state = ends.map { $0.map { "\n\($0.log) \($0.event.debugDescription)" } ?? "" }.joined()
        throw NeverCame(what + state)
      }
      try base.runOnce()
    }
  }

  /// Whether sockets are used in virtual time: for what happens, or does not, while nothing is under way.
  private var isTimeless: Bool { base.clock == .virtual && !kind.wire.isInMemory }

  /// Sets the high marks of every layer of both ends.
  func setMarks(_ high: Int) {
    for end in ends.compactMap({ $0 }) {
      for layer in end.layers {
        layer.readMarks = Watermarks(high: high)
        layer.writeMarks = Watermarks(high: high)
      }
    }
  }

  /// Has a mark go from one end to the other: what was under way before it has come when this returns.
  func mark(_ from: Witness, _ to: Witness) throws {
    from.event.write("#")
    let count = to.count + 1
    try reach("a mark") { to.count >= count && to.last == UInt8(ascii: "#") }
    try base.runUntilIdle()
  }

  /// The same in both directions.
  func marks() throws {
    try mark(left, right)
    try mark(right, left)
  }
}

/// A directory of a test's own, which goes with it.
final class ScratchFolder {
  /// Made when it is asked for.
  private(set) lazy var path: String = {
    var template = Array("/tmp/sluice-XXXXXX".utf8CString)
    let made = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    isMade = true
    return made
  }()
  private var isMade = false

  deinit { if isMade { rmdir(path) } }
}
