public import Sluice

/// A filter that misbehaves on purpose, to test what stands above it and at the other end.
///
/// It can be put anywhere in a stack, so also above TLS. Its time is the base's, and its random numbers follow from a seed: in
/// virtual time a seed gives the same bytes at the same instants each time. Nothing hurries it: neither `flush` nor `finish()`
/// nor `close()`, which wait for what it holds back as they would for a slow network. Where nothing will pass any more, `close()`
/// needs a limit (`close(within:)`). An error, or `abort()`, throws away what it holds. Timeouts go on counting, since finding
/// out what they do is what a fault is for.
public struct FaultFilter: Filter, ~Copyable {
  private let record: FaultRecord
  private let writing: Lane?
  private let reading: Lane?
  /// When a wake is asked for.
  private var armed: EventBase.Instant?

  /// A filter that has a fault.
  ///
  /// - Parameters:
  ///   - fault: what goes wrong.
  ///   - directions: where: `.write` is what goes to the wire, `.read` what comes from there.
  ///   - seed: what its random numbers follow from.
  /// - Throws: `FaultSettingsError`, where there is no such fault.
  public init(
    _ fault: Fault, _ directions: Directions = .both, seed: UInt64 = 0
  ) throws(FaultSettingsError) {
    try fault.check()
    guard !directions.isDisjoint(with: .both) else { throw .noDirection }
    record = FaultRecord(fault, directions)
    // The directions do not share a sequence, so that neither depends on how the two interleave.
    writing = directions.contains(.write) ? Lane.make(for: fault, .write, record, seed: seed) : nil
    reading = directions.contains(.read) ? Lane.make(for: fault, .read, record, seed: ~seed) : nil
  }

  /// The name of the fault.
  public var name: String { record.fault.name }

  /// True.
  public var usesTime: Bool { true }

  /// The `FaultRecord`.
  public var handle: AnyObject? { record }

  /// Starts the time of a fault that begins at once.
  public mutating func start(_ context: inout FilterContext) {
    writing?.begin(at: context.now)
    reading?.begin(at: context.now)
    if writing?.isDueAtOnce == true || reading?.isDueAtOnce == true { context.wakeSoon() }
  }

  /// Passes bytes to the wire, with the fault.
  ///
  /// - Throws: `InjectedFault`, where a cut resets the stream.
  public mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try pass(&source, into: &target, &context, through: writing)
  }

  /// Passes bytes from the wire, with the fault.
  ///
  /// - Throws: `InjectedFault`, where a cut resets the stream.
  public mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    try pass(&source, into: &target, &context, through: reading)
  }

  /// Notes that a time has come.
  public mutating func wake(_ context: inout FilterContext) {
    armed = nil
    writing?.woken(at: context.now)
    reading?.woken(at: context.now)
    askForWake(&context)
  }

  private mutating func pass(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext, through lane: Lane?
  ) throws -> FilterProgress {
    let call = Lane.Call(limit: context.limit, isEnding: context.mode == .finished, now: context.now)
    guard let lane else { return call.pass(&source, into: &target) }
    do {
      let progress = try lane.pass(&source, into: &target, call)
      askForWake(&context)
      return progress
    } catch {
      context.resetsWire = true
      throw error
    }
  }

  private mutating func askForWake(_ context: inout FilterContext) {
    guard let time = [writing?.wakeTime, reading?.wakeTime].compactMap(\.self).min(), time != armed else { return }
    armed = time
    context.wake(at: time)
  }
}
