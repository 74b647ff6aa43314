import Sluice
import Testing

@testable import StackDescription

/// Doubles on the way to the wire, halves on the way back, and says hello.
private struct Doubler: Filter {
  let name = "doubler"

  mutating func start(_ context: inout FilterContext) { context.reply.append("hello") }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    let bytes = source.read(upTo: max(context.limit / 2, 1))
    for byte in bytes { target.append([byte, byte]) }
    return bytes.isEmpty ? .needsMore : .moved
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    let bytes = source.read(upTo: 4_096)
    context.reply.append("ok")
    target.append(Array(bytes.prefix(bytes.count / 2)))
    return bytes.isEmpty ? .needsMore : .moved
  }
}

/// Says everything of itself that a filter can say.
private struct Outspoken: Filter {
  private final class Handle {}

  let usesTime = true
  let gathersWrites = true
  let onlyReadsSource = true
  let onlyAppendsToTarget = true
  let hasHandshake = true
  let handle: AnyObject? = Handle()

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { .needsMore }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress { .needsMore }
}

@Suite struct `Meters` {
  @Test func `a metered filter says of itself what it said before`() {
    let plain = Outspoken()
    let meter = Meter()
    let metered = Metered(plain, meter)
    #expect(metered.name == plain.name)
    #expect(metered.usesTime && metered.gathersWrites && metered.hasHandshake)
    #expect(metered.onlyReadsSource && metered.onlyAppendsToTarget)
    #expect(metered.handle === plain.handle)
    #expect(meter.handle === plain.handle, "and it can be reached where the meter is")
  }

  @Test func `a metered filter does what it did and its bytes are counted`() throws {
    let meter = Meter()
    var filter = Metered(Doubler(), meter)
    var context = FilterContext()
    var application = EventBuffer()
    var wire = EventBuffer()
    #expect(filter.name == "doubler")

    try filter.start(&context)
    #expect(meter.encoding.bytesOut == 5)

    application.append("abc")
    #expect(try filter.encode(&application, into: &wire, &context) == .moved)
    #expect(wire.string() == "aabbcc")
    #expect((meter.encoding.bytesIn, meter.encoding.bytesOut, meter.encoding.calls) == (3, 11, 1))

    #expect(try filter.decode(&wire, into: &application, &context) == .moved)
    #expect((meter.decoding.bytesIn, meter.decoding.bytesOut, meter.decoding.calls) == (6, 3, 1))
    #expect(meter.encoding.bytesOut == 13, "what decoding replies goes to the wire")
    #expect(meter.encoding.time >= .zero && meter.decoding.time > .zero)
  }

  @Test func `each filter of a stack has a meter of its own`() throws {
    let base = EventBase(clock: .virtual)
    let stack = try registry.stack("pass | gzip")
    let (left, right) = base.pair()
    let (sender, meters) = try stack.metered(on: left)
    let receiver = try stack.applied(to: right)
    sender.write("0123456789")
    sender.finish()
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(receiver.input.string() == "0123456789")
    #expect(meters.map(\.encoding.bytesIn) == [10, 10])
    #expect(meters.map(\.encoding.bytesOut) == [10, 10])
    #expect(meters.map(\.decoding.bytesIn) == [0, 0])
  }
}
