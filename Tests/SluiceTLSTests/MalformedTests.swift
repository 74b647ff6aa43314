import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Rows 3 and 4 of the faults: hellos that no library sends.
@Suite struct MalformedTests {
  /// What a server made of the bytes: what it was told, the type of the record it answered with, and the alert in it.
  private struct Answer {
    let sees: Witness
    let server: BufferEvent
    let record: UInt8?
    let alert: UInt8?
  }

  private func answer(
    to bytes: [UInt8], _ change: (inout TLSServerConfiguration) -> Void = { _ in }
  ) throws -> Answer {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let server = try right.secured(.server(Conversation.contexts(nil, { _ in }, change).server))
    let sees = Witness(server)
    left.write(bytes)
    try base.runUntilIdle(maximumSteps: 10_000)
    let reply = left.input.bytes()
    left.input.drain()
    let isAlert = reply.first == 21 && reply.count >= 7
    return Answer(sees: sees, server: server, record: reply.first, alert: isAlert ? reply[6] : nil)
  }

  @Test func `a hello made by hand is answered`() throws {
    let answer = try answer(to: RawHello().records())
    #expect(answer.record == 22)
    #expect(answer.sees.log == [])
  }

  @Test(
    arguments: [
      ("an unknown kind of record", [99, 3, 1, 0, 1, 0], nil),
      ("a version that is none", [22, 9, 9, 0, 1, 0], nil),
      ("a record longer than may be", [22, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 100), 22),
      ("one empty record after the other", (0..<40).flatMap { _ in [22, 3, 1, 0, 0] }, 10),
      ("data before the handshake", [23, 3, 1, 0, 1, 7], 10),
      ("an answer for a hello", [22, 3, 1, 0, 4, 2, 0, 0, 0], 10),
      ("a claim of 16 MB", [22, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF], 47),
      ("a key exchange that is cut off", [22, 3, 1, 0, 5, 1, 0, 0, 1, 3], 50),
    ] as [(String, [UInt8], UInt8?)])
  func `what cannot be is ended with one error`(_: String, bytes: [UInt8], alert: UInt8?) throws {
    let answer = try answer(to: bytes)
    #expect(answer.sees.log == ["error"])
    if let alert { #expect(answer.alert == alert, "\(String(describing: answer.sees.failure))") }
    // What is not TLS at all gets an alert or none; it is named by its bytes.
    #expect(answer.sees.failure != nil)
  }

  @Test func `thousands of extensions and huge hellos stay within the bound`() throws {
    var hello = RawHello()
    hello.extensions += (0..<15_000).map { (1_000 + $0, []) }
    let many = try answer(to: hello.records())
    #expect(many.sees.log == [], "\(String(describing: many.sees.failure))")
    hello.extensions = [(2_000, [UInt8](repeating: 1, count: 64_000))]
    let huge = try answer(to: hello.records(of: 4_096)) { $0.options.handshakeLimit = 32_768 }
    #expect(huge.sees.log == ["error"])
    hello.extensions = RawHello().extensions + RawHello().extensions
    let twice = try answer(to: hello.records())
    #expect(twice.sees.log == ["error"])
    #expect([47, 50].contains(twice.alert))
  }

  @Test(
    arguments: [
      ("no name", [], 50), ("a NUL", [Array("a.test\0.evil.test".utf8)], 112),
      ("300 bytes", [[UInt8](repeating: 0x61, count: 300)], 112),
    ] as [(String, [[UInt8]], UInt8)])
  func `names that are none are refused`(_: String, names: [[UInt8]], alert: UInt8) throws {
    var hello = RawHello()
    hello.extensions.append(RawHello.serverNames(names))
    let identity = try TestIdentity.shared.tls
    let answer = try answer(to: hello.records()) { $0.identities = ["a.test": identity] }
    #expect(answer.sees.log == ["error"])
    #expect(answer.alert == alert, "\(String(describing: answer.sees.failure))")
  }

  @Test(arguments: [("a.test.", 22), ("A.Test.", 22), ("b.c.test.", 22), ("c.test.", 21), (".", 21)])
  func `a name with a dot at its end is that without`(name: String, record: UInt8) throws {
    var hello = RawHello()
    hello.extensions.append(RawHello.serverNames([Array(name.utf8)]))
    let identity = try TestIdentity.shared.tls
    let answer = try answer(to: hello.records()) {
      $0.identities = ["a.test": identity, "*.c.test.": identity]
      $0.refusesUnknownNames = true
    }
    #expect(answer.record == record)
  }

  @Test func `of two names the first counts, an empty one is none, and strange ones are shown escaped`() throws {
    var hello = RawHello()
    hello.extensions.append(RawHello.serverNames([Array("example.test".utf8), Array("other.test".utf8)]))
    let two = try answer(to: hello.records())
    #expect(two.alert == 50)
    hello.extensions[3] = RawHello.serverNames([[]])
    #expect(try answer(to: hello.records()).record == 22)
    hello.extensions[3] = RawHello.serverNames([Array("a\u{1B}[2Jb\n".utf8)])
    let odd = try answer(to: hello.records())
    #expect(odd.record == 22)
    #expect(!odd.server.debugDescription.contains("\u{1B}"))
  }

  @Test(arguments: [[], [""]])
  func `offers of protocols that are none are refused`(names: [String]) throws {
    var hello = RawHello()
    hello.extensions.append(RawHello.protocols(names))
    let answer = try answer(to: hello.records()) { $0.options.protocols = ["h2"] }
    #expect(answer.sees.log == ["error"])
    #expect(answer.alert == 50)
  }

  // A client's side of rows 3 and 7.
  @Test(arguments: [
    ("HTTP/1.1 400 Bad Request\r\n\r\n", "the other end does not speak TLS: its first bytes are \"HTTP/"),
    ("220 mail.test ESMTP\r\n", "the other end does not speak TLS: its first bytes are \"220 m"),
    ("\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "the other end does not speak TLS: its first bytes are \"\\x00"),
  ])
  func `a client on a plain port is told so in words`(sent: String, words: String) throws {
    let base = EventBase(clock: .virtual)
    let (left, right) = base.pair()
    let client = try left.secured(.client(Conversation.contexts().client, host: "example.test"))
    let sees = Witness(client)
    client.write("secret")
    right.write(sent)
    try base.runUntilIdle(maximumSteps: 1_000)
    #expect(sees.log == ["error"])
    #expect(sees.failure?.description.hasPrefix(words) == true, "\(String(describing: sees.failure))")
    #expect(!right.input.string().contains("secret"))
  }
}
