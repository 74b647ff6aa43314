import Synchronization
import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

struct LoopGroupTests {
  @Test func `a group has a loop for each processor, or as many as it is told, and at least one`() throws {
    for (group, count) in [
      (try LoopGroup(), LoopGroup.processors), (try LoopGroup(count: 3), 3), (try LoopGroup(count: -1), 1),
    ] {
      #expect(group.loops.count == count)
      group.stop()
      group.join()
    }
    #expect(LoopGroup.processors >= 1)
  }

  @Test func `a closure runs on each loop, with that loop's base`() async throws {
    let group = try LoopGroup(count: 3)
    let loops = group.loops
    let places = try await group.run { _ in loops.map(\.isCurrent) }
    #expect(places == [[true, false, false], [false, true, false], [false, false, true]])
    let count = Mutex(0)
    group.execute { _ in count.withLock { $0 += 1 } }
    group.stop()
    group.join()
    #expect(count.withLock { $0 } == 3)
    await #expect(throws: EventBaseError.stopped) { try await group.run { _ in } }
  }

  @Test func `loops are given out in turn`() throws {
    let group = try LoopGroup(count: 3)
    let given = (0..<7).map { _ in group.next() }
    #expect(given.map { loop in group.loops.firstIndex { $0 === loop } } == [0, 1, 2, 0, 1, 2, 0])
    group.stop()
  }

  @Test func `a group may be stopped and waited for from one of its own threads`() async throws {
    let group = try LoopGroup(count: 2)
    try await group.loops[0].run { _ in
      group.stop()
      group.join()
    }
    group.join()
    #expect(group.loops.allSatisfy { $0.failure == nil })
  }
}
