import Testing

@testable import Sluice

struct ReplyTests {
  @Test(arguments: EventBase.Clock.all)
  func `a reply of another thread is waited for, and comes from the loop`(clock: EventBase.Clock) throws {
    let base = EventBase(clock: clock)
    var got: [Int] = []
    let reply = base.reply { (number: Int) in got.append(number) }
    let thread = try SystemThread(name: "replies") {
      #expect(reply.send(7))
      #expect(!reply.send(8))
    }
    #expect(got == [])
    try base.run()
    thread.join()
    #expect(got == [7])
  }

  @Test func `virtual time stands still until the reply is there`() throws {
    let base = EventBase(clock: .virtual)
    var order: [String] = []
    base.schedule(after: .milliseconds(1)) { order.append("timer") }
    let reply = base.reply { (word: String) in order.append(word) }
    let handle = base.handle
    let thread = try SystemThread(name: "replies") {
      while !handle.mailbox.isSleeping { yieldProcessor() }
      reply.send("reply")
    }
    try base.run()
    thread.join()
    #expect(order == ["reply", "timer"])
  }

  @Test func `a reply that is dropped is owed no more`() throws {
    let base = EventBase()
    var reply: LoopReply<Int>? = base.reply { _ in Issue.record("nobody sent this") }
    #expect(base.isAwaitingOthers)
    reply = nil
    _ = reply
    try base.run()
    #expect(!base.isAwaitingOthers)
  }

  @Test func `a reply that is withdrawn is not told, even where it is on its way`() throws {
    let base = EventBase()
    let reply = base.reply { (_: Int) in Issue.record("this was withdrawn") }
    reply.send(1)
    base.withdraw(reply)
    base.withdraw(reply)
    try base.run()
  }

  @Test func `a base that ends lets go of what it is owed`() throws {
    let base = EventBase()
    var isGone = false
    let farewell = Farewell { isGone = true }
    let reply = base.reply { (_: Int) in withExtendedLifetime((farewell, base)) {} }
    base.shutDown()
    #expect(!reply.send(1))
    _ = farewell
    withExtendedLifetime(farewell) {}
    #expect(!base.isAwaitingOthers)
    #expect(!isGone)
  }

  @Test func `what a base is owed is told in its description`() throws {
    let base = EventBase(clock: .virtual)
    let reply = base.reply { (_: Int) in }
    #expect(base.debugDescription.hasSuffix("1 replies of other threads owed"))
    base.withdraw(reply)
    #expect(base.debugDescription.hasSuffix("nothing to do"))
  }
}
