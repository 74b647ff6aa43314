import Testing

@testable import Sluice

/// An actor that lives on a loop, with objects of its base.
private actor Session {
  let loop: LoopThread
  private var near: BufferEvent?
  private var far: BufferEvent?
  private var isOnLoop: [Bool] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(on loop: LoopThread) { self.loop = loop }

  func open() throws {
    try loop.withBase { base in (near, far) = base.pair() }
    isOnLoop.append(loop.isCurrent)
  }

  func echo(_ text: String) async -> String {
    isOnLoop.append(loop.isCurrent)
    far?.onRead = { $0.write(&$0.input) }
    near?.write(text)
    await withCheckedContinuation { continuation in
      near?.onRead = { event in
        event.onRead = nil
        continuation.resume()
      }
    }
    isOnLoop.append(loop.isCurrent)
    return near?.input.string() ?? ""
  }

  func places() -> [Bool] { isOnLoop }

  func sleepThrough(_ stop: Bool) async -> Bool {
    if stop { loop.stop() }
    await Task.yield()
    return loop.isCurrent
  }

  func yield(_ times: Int) async -> Int {
    var count = 0
    for _ in 0..<times {
      await Task.yield()
      count += 1
    }
    return count
  }

  func base() throws { try loop.withBase { _ in } }

  nonisolated func assume() -> Bool { assumeIsolated { $0.isOnLoop.isEmpty } }
}

struct LoopExecutorTests {
  @Test func `an actor on a loop works on the loop's thread, with objects of its base`() async throws {
    let loop = try LoopThread()
    let session = Session(on: loop)
    try await session.open()
    #expect(await session.echo("through an actor") == "through an actor")
    #expect(await session.places() == [true, true, true])
    #expect(loop.isIsolatingCurrentContext() == false)
    loop.stop()
    loop.join()
  }

  @Test func `on the loop's thread, the isolation of its actors may be assumed`() async throws {
    let loop = try LoopThread()
    let session = Session(on: loop)
    #expect(try await loop.run { _ in session.assume() })
    loop.stop()
    loop.join()
  }

  @Test func `an actor on a loop may wait for that loop`() async throws {
    let loop = try LoopThread()
    let session = Session(on: loop)
    #expect(await session.yield(100) == 100)
    #expect(try await loop.run { _ in 7 } == 7)
    loop.stop()
    loop.join()
  }

  @Test func `a task may prefer a loop`() async throws {
    let loop = try LoopThread()
    let task = Task(executorPreference: loop) { @concurrent in
      let before = loop.isCurrent
      await Task.yield()
      return (before, loop.isCurrent)
    }
    #expect(await task.value == (true, true))
    loop.stop()
    loop.join()
  }

  @Test func `actors whose loop has stopped go on one job at a time, and their calls on the base throw`() async throws {
    let loop = try LoopThread()
    let session = Session(on: loop)
    try await session.open()
    loop.stop()
    loop.join()
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { await session.yield(50) } }
      for await count in group { #expect(count == 50) }
    }
    await #expect(throws: EventBaseError.stopped) { try await session.base() }
    #expect(session.loop.isIsolatingCurrentContext() == false)
  }

  @Test func `jobs that are on their way when the loop stops all run`() async throws {
    for _ in 0..<20 {
      let loop = try LoopThread()
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<20 {
          let session = Session(on: loop)
          group.addTask { await session.sleepThrough(number == 10) }
        }
        for await isIsolated in group { #expect(isIsolated) }
      }
      loop.join()
    }
  }
}
