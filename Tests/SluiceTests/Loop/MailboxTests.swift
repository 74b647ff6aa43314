import Synchronization
import Testing

@testable import Sluice

/// Letters in the order in which they were opened.
final class Opened: Sendable {
  private let list = Mutex<[[Int]]>([])

  func add(_ sender: Int, _ number: Int) { list.withLock { $0.append([sender, number]) } }
  var all: [[Int]] { list.withLock { $0 } }
}

struct MailboxTests {
  @Test func `mail of many threads comes whole, and in each thread's order`() throws {
    let (senders, count) = (4, 2000)
    let base = EventBase()
    let handle = base.handle
    let opened = Opened()
    let left = Atomic(senders)
    let threads = try (0..<senders).map { sender in
      try SystemThread(name: "sender") {
        for number in 0..<count { handle.execute { _ in opened.add(sender, number) } }
        if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { handle.stop() }
      }
    }
    try base.runUntilStopped()
    for thread in threads { thread.join() }
    for sender in 0..<senders {
      #expect(opened.all.filter { $0[0] == sender }.map { $0[1] } == Array(0..<count))
    }
  }

  @Test func `mail wakes a loop that sleeps for a timer`() throws {
    let base = EventBase()
    let handle = base.handle
    base.schedule(after: .seconds(600)) { Issue.record("the loop slept through") }
    // Left once the loop has announced its sleep.
    let mailbox = handle.mailbox
    let thread = try SystemThread(name: "sender") {
      while !mailbox.isSleeping {}
      handle.stop()
    }
    try base.run()
    thread.join()
    #expect(base.waits >= 1)
    base.shutDown()
  }

  @Test func `nobody is woken who does not sleep`() throws {
    let base = EventBase()
    let handle = base.handle
    for _ in 0..<1000 { handle.execute { _ in handle.execute { _ in } } }
    try base.run()
    #expect(base.waits == 0)
    #expect(handle.mailbox.rings == 0)
  }

  @Test func `a flood while the loop sleeps rings once`() throws {
    let mailbox = Mailbox()
    #expect(mailbox.prepareToSleep())
    for _ in 0..<100 { #expect(mailbox.post(.call { _ in })) }
    #expect(mailbox.rings == 1)
    #expect(!mailbox.prepareToSleep())
  }

  // The sender that rings has let go of the lock: the sleeper may be up again before the ring comes.
  @Test func `a ring that comes late wakes the loop once, and not for ever`() throws {
    let base = EventBase()
    base.handle.mailbox.ring()
    try base.run(for: .milliseconds(2))
    #expect((2...3).contains(base.waits))
  }

  @Test func `a letter that leaves letters for ever holds up neither timers nor deferred closures`() throws {
    let base = EventBase(clock: .virtual)
    let handle = base.handle
    @Sendable func again(_ base: EventBase) { handle.execute(again) }
    handle.execute(again)
    let ran = Counter()
    base.defer { ran.value += 1 }
    base.schedule(after: .zero) { ran.value += 1 }
    #expect(throws: EventBaseError.stillBusy(steps: 1000)) { try base.run(maximumSteps: 1000) }
    #expect(ran.value == 2)
  }

  @Test func `letters that a stop left unread come first in the next run`() throws {
    let base = EventBase()
    let opened = Opened()
    base.handle.execute { _ in opened.add(0, 0) }
    base.handle.stop()
    base.handle.execute { _ in opened.add(0, 1) }
    try base.run()
    base.handle.execute { _ in opened.add(0, 2) }
    try base.run()
    #expect(opened.all == [[0, 0], [0, 1], [0, 2]])
  }

  @Test func `without a descriptor, mail is still found`() throws {
    let base = EventBase(clock: .monotonic, mailbox: Mailbox(ends: [-24, -1]))
    let handle = base.handle
    let thread = try SystemThread(name: "sender") {
      while !handle.mailbox.isSleeping {}
      handle.stop()
    }
    try base.runUntilStopped()
    thread.join()
  }
}
