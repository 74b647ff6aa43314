import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

#if os(Linux)
  /// What passes through the kernel alone, and what happens when it cannot, or may not any longer.
  struct SpliceTests {
    static let links = [RelayLink.unix, .tcp]

    /// Runs `body` in the middle of a stream that is spliced, with bytes in the pipe that the server does not take yet.
    private func inStream(
      _ link: RelayLink, sourceLocation: SourceLocation = #_sourceLocation, _ body: (RelayScene, [UInt8]) throws -> Void
    ) throws {
      try inScene(RelayMixture(left: link, right: link), sourceLocation: sourceLocation) { scene in
        let data = sampleBytes(3_000_000)
        scene.server.disable(.read)
        scene.client.write(data)
        try scene.settle {
          (scene.relay.leftEnd.lane?.held ?? 0) > 0 && scene.relay.rightEnd.socket?.isWriteBlocked == true
        }
        #expect(scene.relay.leftEnd.spliced > 0, sourceLocation: sourceLocation)
        try body(scene, data)
      }
    }

    @Test(arguments: links)
    func `a large stream passes through the kernel, but for its beginning`(link: RelayLink) throws {
      try inScene(RelayMixture(left: link, right: link)) { scene in
        let data = sampleBytes(3_000_000)
        scene.client.write(data)
        scene.client.finish()
        try scene.expectAtServer(data)
        #expect(scene.relay.leftEnd.spliced > 2_500_000)
        #expect(scene.relay.bytesToRight == data.count)
        // A pipe is held only while bytes are in it.
        #expect(scene.base.shared { PipePool() }.pipes.count == 1)
      }
    }

    @Test(arguments: links)
    func `a stream of small messages is never spliced`(link: RelayLink) throws {
      try inScene(RelayMixture(left: link, right: link)) { scene in
        var received = 0
        scene.server.onRead = { received += $0.input.drain() }
        for _ in 0..<500 {
          scene.client.write(sampleBytes(1_000))
          try scene.base.settle()
        }
        try scene.settle { received == 500_000 }
        #expect(scene.relay.leftEnd.spliced == 0)
      }
    }

    @Test(arguments: links)
    func `small messages behind a large stream bring the buffers back`(link: RelayLink) throws {
      try inScene(RelayMixture(left: link, right: link)) { scene in
        var received = 0
        scene.server.onRead = { received += $0.input.drain() }
        scene.client.write(sampleBytes(2_000_000))
        try scene.settle { received == 2_000_000 }
        #expect(scene.relay.leftEnd.spliced > 0)
        for count in 1...20 {
          scene.client.write("message")
          try scene.settle { received == 2_000_000 + 7 * count }
        }
        #expect(scene.relay.leftEnd.lane == nil)
        #expect(scene.relay.bytesToRight == 2_000_140)
      }
    }

    @Test(arguments: links)
    func `bytes in the pipe reach a slow reader, and the end behind them`(link: RelayLink) throws {
      try inStream(link) { scene, data in
        scene.client.finish()
        try scene.base.settle()
        try scene.expectAtServer(data)
      }
    }

    @Test(arguments: links)
    func `closing the relay passes on what is in the pipe`(link: RelayLink) throws {
      try inStream(link) { scene, data in
        scene.relay.close()
        let received = Received(at: scene.server)
        try scene.base.settle()
        scene.server.enable(.read)
        try scene.settleToEnd()
        try scene.settle { scene.server.isInputEnded }
        #expect(received.bytes.count == scene.relay.bytesToRight)
        #expect(isSame(received.bytes, Array(data.prefix(received.bytes.count))))
        #expect(scene.ends == ["closed"])
      }
    }

    @Test func `an abort of the client comes behind what is in the pipe`() throws {
      try inStream(.tcp) { scene, data in
        scene.client.abort()
        try scene.base.settle()
        let received = Received(at: scene.server)
        scene.server.enable(.read)
        try scene.settleToEnd()
        try scene.settle { scene.server.failure != nil }
        #expect(received.bytes.count == scene.relay.bytesToRight)
        #expect(isSame(received.bytes, Array(data.prefix(received.bytes.count))))
        #expect(scene.ends == ["failed left: read"])
      }
    }

    @Test func `what is in the pipe when the server goes is lost, and not counted`() throws {
      try inStream(.tcp) { scene, _ in
        let held = scene.relay.leftEnd.lane?.held ?? 0
        let moved = scene.relay.leftEnd.moved
        scene.server.abort()
        try scene.settleToEnd()
        #expect(scene.relay.bytesToRight == moved - held)
        #expect(scene.ends.first?.hasPrefix("failed right") == true)
      }
    }

    @Test(arguments: links)
    func `aborting the relay loses what is in the pipe`(link: RelayLink) throws {
      try inStream(link) { scene, _ in
        scene.relay.abort()
        try scene.settleToEnd()
        #expect(scene.ends == ["aborted"])
      }
    }

    @Test(arguments: links)
    func `a timeout of an event's own, or a watcher, ends splicing and loses nothing`(link: RelayLink) throws {
      for sets in [true, false] {
        try inStream(link) { scene, data in
          var watched = 0
          if sets {
            scene.relay.left.readTimeout = .seconds(100)
          } else {
            scene.relay.right.output.addWatcher { _, change in watched += change.removed }
          }
          scene.client.finish()
          try scene.expectAtServer(data)
          #expect(scene.relay.leftEnd.spliced < data.count - 100_000)
          #expect(sets || watched > 100_000)
        }
      }
    }

    @Test(arguments: links)
    func `what the application writes itself comes behind what is in the pipe`(link: RelayLink) throws {
      try inStream(link) { scene, data in
        let ahead = scene.relay.leftEnd.moved
        scene.relay.right.write("INSERTED")
        scene.client.finish()
        try scene.expectAtServer(Array(data[..<ahead]) + Array("INSERTED".utf8) + Array(data[ahead...]))
      }
    }

    @Test(arguments: links)
    func `what is written while somebody holds the output comes behind what is in the pipe, too`(link: RelayLink) throws
    {
      try inStream(link) { scene, data in
        let ahead = scene.relay.leftEnd.moved
        func write(_ output: inout EventBuffer, leaving lane: SpliceLane?) {
          output.append("INSERTED")
          lane?.leave()
        }
        let transport = scene.relay.rightEnd.socket
        write(&scene.relay.right.output, leaving: scene.relay.leftEnd.lane)
        // There is room for more in the same round, before the loop comes to what waits its turn.
        let descriptor = try #require(scene.server.descriptor)
        var received = [UInt8](repeating: 0, count: 4_000_000)
        received.removeLast(received.count - max(recv(descriptor, &received, received.count, Int32(MSG_DONTWAIT)), 0))
        transport?.isWriteBlocked = false
        transport?.outputReady(scene.relay.right)
        scene.client.finish()
        let expected = Array(data[..<ahead]) + Array("INSERTED".utf8) + Array(data[ahead...])
        try scene.expectAtServer(expected, taken: received)
      }
    }

    @Test(arguments: links, ["no pipe", "no splice"])
    func `where there is no pipe, or it cannot be spliced, bytes are read and written`(
      link: RelayLink, fault: String
    ) throws {
      try inScene(RelayMixture(left: link, right: link)) { scene in
        var asked = 0
        _ = scene.base.shared {
          PipePool {
            asked += 1
            var ends: [Int32] = [-1, -1]
            // A socket in a pipe's place, which no socket can be spliced to.
            guard fault == "no splice", socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
              return nil
            }
            return Pipe(readEnd: ends[0], writeEnd: ends[1], size: 65_536)
          }
        }
        let data = sampleBytes(3_000_000)
        scene.client.write(data)
        scene.client.finish()
        try scene.expectAtServer(data)
        #expect(asked > 0)
        #expect(scene.relay.leftEnd.spliced == 0)
      }
    }

    @Test(arguments: links)
    func `a relay that may not splice does not`(link: RelayLink) throws {
      try inScene(RelayMixture(left: link, right: link, allowsSplice: false)) { scene in
        scene.server.onRead = { $0.input.drain() }
        scene.client.write(sampleBytes(2_000_000))
        try scene.settle { scene.relay.bytesToRight == 2_000_000 }
        #expect(scene.relay.leftEnd.spliced == 0)
      }
    }

    @Test func `a relay whose stream is spliced is idle only when nothing moves any more`() throws {
      try inScene(RelayMixture(left: .unix, right: .unix), options: { $0.idleTimeout = .seconds(10) }) { scene in
        scene.client.write(sampleBytes(5_000_000))
        scene.server.readMarks = Watermarks(high: 300_000)
        for _ in 0..<10 {
          try scene.base.run(for: .seconds(9))
          scene.server.input.drain()
        }
        #expect(scene.relay.leftEnd.spliced > 0)
        #expect(scene.ends == [])
        try scene.base.run(for: .seconds(21))
        #expect(scene.ends == ["idle"])
      }
    }
  }
#endif
