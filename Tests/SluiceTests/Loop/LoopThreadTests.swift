import Testing

@testable import Sluice

struct LoopThreadTests {
  struct Told: Error {}

  @Test func `a loop thread runs what it is given, on its own thread`() async throws {
    let loop = try LoopThread(name: "a name that is longer than fifteen bytes")
    #expect(!loop.isCurrent)
    #expect(try await loop.run { _ in loop.isCurrent })
    await #expect(throws: Told.self) { try await loop.run { _ in throw Told() } }
    #expect(try await loop.run { $0.clock } == .monotonic)
    loop.stop()
    loop.join()
    loop.join()
    #expect(loop.failure == nil)
  }

  @Test func `a pair lives on the loop's thread, and its answer comes out`() async throws {
    let loop = try LoopThread()
    let answer = await withCheckedContinuation { continuation in
      loop.execute { base in
        let (client, server) = base.pair()
        // Each holds the other, until they are closed.
        server.onRead = { peer in withExtendedLifetime(client) { _ = peer.write(&peer.input) } }
        client.onRead = { event in
          continuation.resume(returning: event.input.string())
          server.close()
          event.close()
        }
        client.write("over there and back")
      }
    }
    #expect(answer == "over there and back")
    loop.stop()
    loop.join()
  }

  @Test func `timers fire while the loop sleeps, on both clocks`() async throws {
    for clock in EventBase.Clock.all {
      let loop = try LoopThread(clock: clock)
      await withCheckedContinuation { continuation in
        loop.execute { base in base.schedule(after: .milliseconds(1)) { continuation.resume() } }
      }
      loop.stop()
      loop.join()
    }
  }

  @Test func `after the stop, run throws and execute says no`() async throws {
    let loop = try LoopThread()
    loop.stop()
    loop.join()
    await #expect(throws: EventBaseError.stopped) { try await loop.run { _ in } }
    #expect(!loop.execute { _ in Issue.record("this runs nowhere") })
    #expect(!loop.handle.stop())
  }

  @Test func `whatever is on its way when the loop stops is told`() async throws {
    for _ in 0..<20 {
      let loop = try LoopThread()
      let (ran, refused) = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<50 {
          group.addTask {
            if number == 25 { loop.stop() }
            do { return try await loop.run { _ in true } } catch { return false }
          }
        }
        return await group.reduce(into: (0, 0)) { sum, ran in if ran { sum.0 += 1 } else { sum.1 += 1 } }
      }
      #expect(ran + refused == 50)
      loop.join()
    }
  }

  @Test func `a run that waits behind the stop throws`() async throws {
    let loop = try LoopThread()
    let answer = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
      loop.execute { base in
        base.stop()
        // Posted from inside, so it is certain to come behind the stop and before the end.
        _ = loop.core.mailbox.post(.request { continuation.resume(returning: $0 == nil) })
      }
    }
    #expect(answer)
    loop.join()
  }

  @Test func `the base of a stopped loop is gone, with all that waited in it`() async throws {
    let loop = try LoopThread()
    try await confirmation("everything goes", expectedCount: 3) { confirm in
      try await loop.run { base in
        let farewells = (0..<3).map { _ in Farewell { confirm() } }
        // In circles, as real code is.
        base.schedule(after: .seconds(600)) { withExtendedLifetime((farewells[0], base)) {} }
        base.schedule(after: .seconds(600), repeatingEvery: .seconds(1)) {
          withExtendedLifetime((farewells[1], base)) {}
        }
        let (left, right) = base.pair()
        right.disable(.read)
        right.onRead = { _ in withExtendedLifetime((farewells[2], left)) {} }
        left.write("never taken")
        left.close()
        base.schedule(after: .seconds(600)) { withExtendedLifetime(right) {} }
      }
      loop.stop()
      loop.join()
    }
  }

  @Test func `dropping the last reference stops the loop, and its base goes`() async throws {
    await withCheckedContinuation { continuation in
      do {
        let loop = try LoopThread()
        loop.execute { base in
          let farewell = Farewell { continuation.resume() }
          base.schedule(after: .seconds(600)) { withExtendedLifetime(farewell) {} }
        }
      } catch {
        Issue.record(error)
        continuation.resume()
      }
    }
  }

  @Test func `the last reference may go on the loop's own thread`() async throws {
    await withCheckedContinuation { continuation in
      do {
        let loop = try LoopThread()
        loop.execute { base in
          // Goes with the timer, after the caller's reference.
          let last = Last(loop: loop, farewell: Farewell { continuation.resume() })
          base.schedule(after: .milliseconds(1)) { withExtendedLifetime(last) {} }
        }
      } catch {
        Issue.record(error)
        continuation.resume()
      }
    }
  }

  private final class Last {
    var loop: LoopThread?
    let farewell: Farewell

    init(loop: LoopThread, farewell: Farewell) { (self.loop, self.farewell) = (loop, farewell) }
  }

  @Test func `joining on the loop's own thread returns at once`() async throws {
    let loop = try LoopThread()
    try await loop.run { _ in loop.join() }
    loop.stop()
    loop.join()
  }

  @Test func `the base is for its thread only`() async throws {
    let loop = try LoopThread()
    #expect(throws: EventBaseError.wrongThread) { try loop.withBase { _ in } }
    let other = try LoopThread()
    #expect(try await loop.run { base in try loop.withBase { $0 === base } })
    await #expect(throws: EventBaseError.wrongThread) { try await loop.run { _ in try other.withBase { _ in } } }
    for thread in [loop, other] {
      thread.stop()
      thread.join()
    }
  }
}
