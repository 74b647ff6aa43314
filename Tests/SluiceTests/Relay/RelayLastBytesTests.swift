import Testing

@testable import Sluice

/// Relays whose sides go while something is still on its way to them.
struct RelayLastBytesTests {
  @Test(arguments: [RelayLink.pair, .stack])
  func `a side that closes without its last bytes is named`(link: RelayLink) throws {
    try inScene(RelayMixture(left: link, right: .pair)) { scene in
      scene.client.disable(.read)
      scene.client.finish()
      scene.server.write(sampleBytes(1_000_000))
      scene.server.finish()
      try scene.base.settle()
      scene.client.close()
      try scene.settleToEnd()
      #expect(scene.ends == ["stopped reading: left"])
    }
  }

  @Test func `an error below a filter that has sent everything is told as what it is`() throws {
    let link = RelayLink(testDescription: "stack on a socket") { base in
      let (outer, inner) = try base.socketPair()
      return (outer, try inner.filtered(by: Pass()))
    }
    try inScene(RelayMixture(left: link, right: .pair)) { scene in
      scene.client.disable(.read)
      scene.client.finish()
      let wire = scene.relay.leftEnd.wire
      while wire.outputCount == 0 {
        scene.server.write(sampleBytes(50_000))
        try scene.base.settle()
      }
      scene.server.finish()
      try scene.settle { scene.relay.left.flags.contains(.closed) && wire.outputCount > 0 }
      scene.client.abort()
      try scene.settleToEnd()
      #expect(scene.ends.first?.hasPrefix("failed left") == true, "\(scene.ends)")
    }
  }

  @Test(arguments: [RelayLink.unix, .tcp])
  func `a side whose bytes nobody wants any more shows that it broke, below a filter too`(link: RelayLink) throws {
    let stack = RelayLink(testDescription: "stack on \(link.testDescription)") { base in
      let (outer, inner) = try link.make(base)
      return (try outer.filtered(by: Pass()), try inner.filtered(by: Pass()))
    }
    try inScene(RelayMixture(left: .pair, right: stack)) { scene in
      scene.client.disable(.read)
      scene.server.disable(.read)
      scene.client.write(sampleBytes(2_000_000))
      scene.server.write(sampleBytes(2_000_000))
      try scene.settle { scene.relay.rightEnd.wire.inputCount > 0 && scene.relay.right.outputCount > 0 }
      // Both ways are full.
      try scene.base.settle()
      scene.client.abort()
      try scene.base.settle()
      try #require(scene.ends.isEmpty)
      scene.server.abort()
      try scene.settleToEnd()
      #expect(scene.ends == ["failed left: reset"])
    }
  }

  @Test func `an error below bytes that nobody wants any more ends the relay`() throws {
    let stack = RelayLink(testDescription: "stack on a socket") { base in
      let (outer, inner) = try base.tcpPair()
      return (outer, try inner.filtered(by: Pass()))
    }
    try inScene(RelayMixture(left: stack, right: .pair)) { scene in
      scene.server.disable(.read)
      scene.relay.left.readMarks = Watermarks(high: 1_000)
      let wire = scene.relay.leftEnd.wire
      while wire.inputCount == 0 {
        scene.client.write(sampleBytes(10_000))
        try scene.settle { scene.client.outputCount == 0 }
      }
      scene.server.flush(.finished, .read)
      try scene.base.settle()
      #expect(scene.ends == [])
      scene.client.abort()
      try scene.settleToEnd()
      #expect(scene.ends == ["failed left: read"])
    }
  }

  @Test(arguments: [RelayLink.pair, .stack])
  func `two sides that close without reading end the relay`(link: RelayLink) throws {
    try inScene(RelayMixture(left: link, right: link)) { scene in
      for event in [scene.client, scene.server] {
        event.disable(.read)
        event.write(sampleBytes(2_000_000))
      }
      try scene.base.settle()
      scene.client.close()
      scene.server.close()
      try scene.base.settle()
      #expect(scene.ends == ["stopped reading: left"])
    }
  }

  @Test func `last bytes that a layer in the middle still held are not passed on`() throws {
    let link = RelayLink(testDescription: "held stack") { base in
      let (outer, inner) = base.pair()
      return (outer, try inner.filtered(by: Stuck()).filtered(by: Pass()))
    }
    try inScene(RelayMixture(left: link, right: .pair), options: { $0.closeTimeout = .seconds(1) }) { scene in
      scene.client.finish()
      scene.server.write("held")
      scene.server.finish()
      try scene.base.run(for: .seconds(2))
      #expect(scene.ends == ["idle"])
    }
  }
}

/// Never sends anything.
private struct Stuck: Filter {
  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { .blocked }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress { target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore }
}
