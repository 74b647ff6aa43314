import Dispatch
import Synchronization
import Testing

@testable import Sluice

/// Look-ups that go on when they are let.
private final class Turnstile: Sendable {
  private let entered = DispatchSemaphore(value: 0)
  private let opened = DispatchSemaphore(value: 0)
  private let names = Mutex<[String]>([])

  var asked: [String] { names.withLock { $0 } }

  /// What a look-up does: waits until it is let through.
  func pass(_ question: Question) -> LookUpPool.Answer {
    names.withLock { $0.append(question.name.description) }
    entered.signal()
    opened.wait()
    return .success([.loopback()])
  }

  func waitForOne() { entered.wait() }
  func letThrough(_ count: Int) { for _ in 0..<count { opened.signal() } }
}

struct LookUpPoolTests {
  private let turnstile = Turnstile()

  private func resolver(threads: Int = 2, waiting: Int = 100) -> SystemResolver {
    SystemResolver(pool: LookUpPool(mostThreads: threads, mostWaiting: waiting) { [turnstile] in turnstile.pass($0) })
  }

  private func name(_ text: String) throws -> HostName { try HostName(text) }

  @Test func `no more threads look up than are allowed, and all names have their turn`() throws {
    try onSockets { base in
      let resolver = resolver()
      var answered: [Int] = []
      for number in 0..<6 {
        _ = resolver.resolve(try name("host-\(number)"), .both, on: base) { _ in answered.append(number) }
      }
      turnstile.waitForOne()
      turnstile.waitForOne()
      #expect(resolver.pool.counts == (threads: 2, waiting: 4))
      turnstile.letThrough(6)
      try base.run()
      #expect(answered.sorted() == Array(0..<6))
      // A thread that finds nothing more ends.
      while resolver.pool.counts.threads > 0 { yieldProcessor() }
      #expect(resolver.pool.counts == (threads: 0, waiting: 0))
    }
  }

  @Test func `the loop goes on while a name is looked up`() throws {
    try onSockets { base in
      var order: [String] = []
      _ = resolver().resolve(try name("slow"), .both, on: base) { _ in order.append("answer") }
      turnstile.waitForOne()
      base.schedule(after: .milliseconds(1)) { [turnstile] in
        order.append("timer")
        turnstile.letThrough(1)
      }
      try base.run()
      #expect(order == ["timer", "answer"])
    }
  }

  @Test func `an answer that changes is seen by who asks next`() throws {
    try onSockets { base in
      let count = Atomic(UInt16(0))
      let resolver = SystemResolver(
        pool: LookUpPool(mostThreads: 1, mostWaiting: 1) { _ in
          .success([.loopback(port: count.wrappingAdd(1, ordering: .relaxed).newValue)])
        })
      var answers: [UInt16?] = []
      for _ in 0..<2 {
        _ = resolver.resolve(try name("moving"), .both, on: base) { answers.append(try? $0.result.get().first?.port) }
        try base.run()
      }
      #expect(answers == [1, 2])
    }
  }

  @Test func `a name that several ask for is looked up once`() throws {
    try onSockets { base in
      let resolver = resolver()
      var answers = 0
      for _ in 0..<3 { _ = resolver.resolve(try name("same"), .both, on: base) { _ in answers += 1 } }
      turnstile.waitForOne()
      // Also while it runs.
      _ = resolver.resolve(try name("same"), .both, on: base) { _ in answers += 1 }
      turnstile.letThrough(1)
      try base.run()
      #expect(answers == 4)
      #expect(turnstile.asked == ["same"])
    }
  }

  @Test func `what is cancelled is not told, and not looked up where nobody else asks`() throws {
    try onSockets { base in
      let resolver = resolver(threads: 1)
      let running = resolver.resolve(try name("running"), .both, on: base) { _ in Issue.record("cancelled") }
      turnstile.waitForOne()
      let queued = resolver.resolve(try name("queued"), .both, on: base) { _ in Issue.record("cancelled") }
      var told = 0
      let shared = resolver.resolve(try name("shared"), .both, on: base) { _ in Issue.record("cancelled") }
      _ = resolver.resolve(try name("shared"), .both, on: base) { _ in told += 1 }
      for request in [running, queued, shared] {
        request.cancel()
        request.cancel()
      }
      turnstile.letThrough(2)
      try base.run()
      #expect(told == 1)
      #expect(turnstile.asked == ["running", "shared"])
    }
  }

  @Test func `a request may be cancelled when its answer is on its way`() throws {
    try onSockets { base in
      let resolver = resolver()
      let request = resolver.resolve(try name("late"), .both, on: base) { _ in Issue.record("cancelled") }
      turnstile.letThrough(1)
      while resolver.pool.counts.threads > 0 { yieldProcessor() }
      request.cancel()
      try base.run()
    }
  }

  @Test func `more names than may wait are refused, from the loop`() throws {
    try onSockets { base in
      let resolver = resolver(threads: 1, waiting: 2)
      var refused: [ResolverError] = []
      for number in 0..<5 {
        _ = resolver.resolve(try name("host-\(number)"), .both, on: base) { answer in
          if case .failure(let error) = answer.result { refused.append(error) }
        }
        if number == 0 { turnstile.waitForOne() }
      }
      #expect(refused == [])
      turnstile.letThrough(3)
      try base.run()
      #expect(refused == [.busy(waiting: 2), .busy(waiting: 2)])
    }
  }

  @Test func `loops share the threads, and each is told on its own`() async throws {
    let resolver = resolver(threads: 1)
    let loops = try (0..<3).map { _ in try LoopThread() }
    let turnstile = turnstile
    turnstile.letThrough(3)
    for loop in loops {
      let isOwn = await withCheckedContinuation { continuation in
        loop.execute { base in
          guard let name = try? HostName("host") else { return continuation.resume(returning: false) }
          _ = resolver.resolve(name, .both, on: base) { _ in continuation.resume(returning: loop.isCurrent) }
        }
      }
      #expect(isOwn)
      loop.stop()
    }
    #expect(turnstile.asked.count == 3)
  }

  @Test func `a base that ends does not wait for names`() throws {
    let resolver = resolver()
    let base = EventBase()
    var options = ConnectOptions()
    options.resolver = resolver
    var event: BufferEvent? = base.connect(to: try Endpoint("example.test:80"), options: options)
    turnstile.waitForOne()
    base.shutDown()
    #expect(event != nil)
    event = nil
    #expect(!base.isAwaitingOthers)
    turnstile.letThrough(1)
    while resolver.pool.counts.threads > 0 { yieldProcessor() }
    #expect(base.ledger.isBalanced)
  }
}
