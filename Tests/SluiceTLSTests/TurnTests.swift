import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// How TLS shares the loop and the memory with others: libevent's rows 33 and 41.
@Suite struct TurnTests {
  // There, disabling writing sets reading below going again, and what comes piles up.
  @Test(arguments: [[Directions.both], [.read, .write], [.write, .read]])
  func `what is not read stays within the marks, whatever is disabled and in which order`(order: [Directions]) throws {
    let talk = try Conversation()
    try talk.settle()
    for directions in order { talk.server.disable(directions) }
    let bytes = [UInt8](repeating: 7, count: 4_000_000)
    talk.client.write(bytes)
    try talk.settle()
    let below = try #require(talk.server.underlying)
    #expect(below.inputCount <= below.readMarks.high)
    #expect(talk.server.inputCount == 0 && talk.serverSees.text == "")
    var received = 0
    talk.server.onRead = { received += $0.input.drain($0.inputCount) }
    talk.server.enable(.read)
    try talk.settle()
    #expect(received == bytes.count)
  }

  @Test func `one that has much to read leaves others their turn`() throws {
    let contexts = try Conversation.contexts()
    let base = EventBase(clock: .virtual)
    var ends: [(client: BufferEvent, server: BufferEvent)] = []
    for _ in 0..<2 {
      let (left, right) = base.pair()
      let server = try right.secured(.server(contexts.server))
      ends.append((try left.secured(.client(contexts.client, host: "example.test")), server))
    }
    try base.runUntilIdle(maximumSteps: 10_000)
    var received = 0
    var before: Int?
    ends[0].server.onRead = { received += $0.input.drain($0.inputCount) }
    ends[1].server.onRead = { _ in before = received }
    ends[0].client.write([UInt8](repeating: 7, count: 8_000_000))
    ends[1].client.write("a word")
    try base.runUntilIdle(maximumSteps: 100_000)
    #expect(received == 8_000_000)
    #expect(try #require(before) <= 1_000_000)
  }
}
