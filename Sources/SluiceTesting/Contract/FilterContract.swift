public import Sluice

/// What every pair of filters has to keep: one at each end of a wire, of which each turns back what the other made.
///
/// As plain values, with a clock of their own: the bytes come out as they went in, in order, in both directions, wherever the
/// wire is cut, a byte at a time, and with small limits; an input that is cut off at any byte is an end or an error, with no
/// byte made up, and never a filter that waits for ever or runs for ever; limits are kept; progress is real; nothing is made
/// from nothing. As layers of buffer events, in virtual time: the same for random writes, marks and directions that are
/// disabled; `finish()`, `close()` and dropping drain; an abort at any time leaves nothing behind; no read callback comes with
/// nothing new; the base's ledger is balanced.
///
/// Failures are values, so it works with every test library. Nothing is random but what follows from the seed, as far as the
/// filters themselves are not.
///
/// ```swift
/// @Test func `rot13 keeps the contract`() {
///   let report = FilterContract().check { Rot13() }
///   #expect(report.failures.isEmpty, "\(report)")
/// }
/// ```
public struct FilterContract: Sendable {
  /// What the near end sends; the far end sends them in reverse order, so that the directions differ.
  public var samples = FilterContract.samples(seed: 0)
  /// What random pieces, marks and orders follow from.
  public var seed: UInt64 = 0
  /// What calls may add to their target, one after the other.
  public var limits = [1, 2, 3, 7, 64]
  /// By how many bytes a call may pass its limit: what is left of a record.
  public var tolerance = 0
  /// The smallest mark that is set on the layers; a unit that has to be whole before it is decoded, or encoded below another
  /// filter, needs as much.
  public var smallestMark = 1
  /// Whether everything that was written comes out at the other end once it was flushed. False for filters that take their time
  /// all the same.
  public var deliversWhenFlushed = true
  /// How many places of a wire are tried, at most; of a longer one as many, spread over it.
  public var mostPlaces = 100
  /// How many random schedules are run.
  public var schedules: UInt64 = 20
  /// What joins the ends that layers are put on: a pair, unless it is another link, such as a `SimulatedLink`.
  public var link: @Sendable (EventBase) throws -> (BufferEvent, BufferEvent) = { $0.pair() }

  /// The usual contract.
  public init() {}

  /// Nothing, a byte, a text, and a thousand bytes of noise, runs, and things that come again.
  public static func samples(seed: UInt64) -> [[UInt8]] {
    var random = SeededGenerator(seed: seed)
    let text = Array("the quick brown fox jumps over the lazy dog; the quick brown fox sleeps\r\n".utf8)
    let mixed = random.bytes(300) + [UInt8](repeating: 0, count: 300) + text + text + random.bytes(200)
    return [[], [0x0A], text, mixed]
  }

  /// Checks a filter against itself: the same at both ends.
  public func check<Both: Filter & ~Copyable>(_ make: @escaping () throws -> Both) -> ContractReport {
    check(near: make, far: make)
  }

  /// Checks two filters against each other.
  ///
  /// - Parameters:
  ///   - near: makes a filter for the end that sends first; each run makes one.
  ///   - far: makes one for the other end.
  /// - Returns: what was not kept.
  public func check<Near: Filter & ~Copyable, Far: Filter & ~Copyable>(
    near: @escaping () throws -> Near, far: @escaping () throws -> Far
  ) -> ContractReport {
    var report = ContractReport()
    let values = ValueChecks(
      contract: self, make: { ValueLink(FilterHost(try near(), $0), FilterHost(try far(), $0)) })
    values.run(&report)
    let events = EventChecks(
      contract: self, near: { try $0.filtered(by: try near()) }, far: { try $0.filtered(by: try far()) })
    events.run(&report)
    return report
  }

  /// Checks whatever stands on an event at each end, such as stacks of filters, without running them as values.
  ///
  /// - Parameters:
  ///   - near: puts layers on the end that sends first, and returns the event on top.
  ///   - far: does so on the other end.
  /// - Returns: what was not kept.
  public func checkLayers(
    near: @escaping (BufferEvent) throws -> BufferEvent, far: @escaping (BufferEvent) throws -> BufferEvent
  ) -> ContractReport {
    var report = ContractReport()
    EventChecks(contract: self, near: near, far: far).run(&report)
    return report
  }
}
