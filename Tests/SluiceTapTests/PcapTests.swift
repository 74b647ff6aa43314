import Sluice
import Testing

@testable import SluiceTap

struct PcapTests {
  private func captured(
    recordLimit: Int = .max, totalLimit: Int = .max, timeOffset: Duration = .zero,
    flow: (PcapFile) -> PcapFlow = { $0.flow() }, _ body: (EventBase, BufferEvent, BufferEvent) throws -> Void
  ) throws -> [Packet] {
    let path = TemporaryFile()
    try inVirtualTime { base in
      let capture = try PcapFile(
        path: path.path, recordLimit: recordLimit, totalLimit: totalLimit, timeOffset: timeOffset)
      let (left, right) = base.pair()
      let top = try left.tapped(by: flow(capture))
      top.onRead = { $0.input.drain() }
      right.onRead = { $0.input.drain() }
      try body(base, top, right)
      try base.run()
      top.close()
      right.close()
    }
    return try packets(path.bytes)
  }

  /// What each side sent, as whoever follows the stream puts it together.
  private func followed(_ packets: [Packet]) -> [String: [UInt8]] {
    var (streams, next): ([String: [UInt8]], [String: UInt32]) = ([:], [:])
    for packet in packets {
      #expect(packet.sequence == next[packet.from, default: 0], "\(packet.flags)")
      if packet.flags.contains("A") { #expect(packet.acknowledged == next[packet.to]) }
      let isCounted = packet.flags.contains("S") || packet.flags.contains("F")
      next[packet.from] = packet.sequence &+ UInt32(packet.length) &+ (isCounted ? 1 : 0)
      streams[packet.from, default: []] += packet.payload
    }
    return streams
  }

  @Test func `a conversation can be followed, from its opening to both ends`() throws {
    let packets = try captured { base, top, peer in
      top.write("GET /")
      try base.run(for: ms(2_500))
      peer.write(counting(200_000))
      peer.finish()
      try base.run()
      top.finish()
    }
    let (local, remote) = ("10.0.0.1:49152", "10.0.0.2:1000")
    #expect(followed(packets) == [local: Array("GET /".utf8), remote: counting(200_000)])
    #expect(packets.prefix(4).map(\.flags) == ["S", "SA", "A", "AP"])
    #expect(packets.suffix(4).map(\.flags) == ["AF", "A", "AF", "A"])
    #expect(packets.prefix(4).map(\.from) == [local, remote, local, local])
    #expect(packets[3].time == 0)
    #expect(packets[4].time == 2_500_000_000)
    #expect(packets.allSatisfy { $0.payload.count == $0.length })
  }

  @Test func `a flow has the addresses that were given, and says who opened it`() throws {
    let (local, remote) = (SocketAddress("127.0.0.1:443"), SocketAddress("192.0.2.7:5000"))
    let packets = try captured(flow: { $0.flow(local: local, remote: remote, isAccepted: true) }) { _, top, _ in
      top.write("banner")
    }
    #expect(packets[0].from == "192.0.2.7:5000")
    #expect(packets[0].to == "127.0.0.1:443")
    #expect(packets[3].from == "127.0.0.1:443")
    #expect(followed(packets)["127.0.0.1:443"] == Array("banner".utf8))
  }

  @Test(arguments: ["[::1]:443", "unix:/tmp/socket"]) func `other addresses are made up, a port for each flow`(
    text: String
  ) throws {
    let (other, local) = (SocketAddress(text), SocketAddress("127.0.0.1:1"))
    let packets = try captured(flow: { file in
      _ = file.flow()
      return file.flow(local: local, remote: other)
    }) { _, top, _ in top.write("x") }
    #expect(packets[0].from == "10.0.0.1:49153")
    #expect(packets[0].to == "10.0.0.2:1000")
  }

  @Test func `bytes over the limit of a record are counted, and left out`() throws {
    let packets = try captured(recordLimit: 10) { base, top, _ in
      top.write(counting(70_000))
      try base.run()
      top.write("next")
    }
    let data = packets.filter { $0.flags == "AP" }
    #expect(data.map(\.length) == [65_495, 4_505, 4])
    #expect(data.map(\.payload.count) == [10, 0, 4])
    _ = followed(packets)
  }

  @Test func `the file grows no longer than its limit, and no packet is cut`() throws {
    let packets = try captured(totalLimit: 1_000) { base, top, _ in
      for _ in 0..<100 {
        top.write(counting(100))
        try base.run()
      }
    }
    // Three packets of 56 to 60 bytes, and five of 156.
    #expect(packets.count == 3 + 5)
  }

  @Test func `an abort is a reset, and an offset makes dates of times`() throws {
    let packets = try captured(timeOffset: .seconds(1_700_000_000)) { base, top, _ in
      top.write("x")
      try base.run(for: ms(1))
      top.abort()
    }
    #expect(packets.last?.flags == "AR")
    #expect(packets[0].time == 1_700_000_000_000_000_000)
  }
}
