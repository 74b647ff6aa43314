import COpenSSL
import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

// Rows 10 and 11 of the faults.
@Suite struct FloodTests {
  @Test func `key updates are answered`() throws {
    let talk = try Conversation()
    try talk.settle()
    let connection = try #require(talk.client.tls)
    for round in 0..<5 {
      #expect(SSL_key_update(connection.pointer, SSL_KEY_UPDATE_REQUESTED) == 1)
      talk.client.write("round \(round) ")
      talk.server.write("answer \(round) ")
      try talk.settle()
    }
    #expect(talk.serverSees.text.hasSuffix("round 4 "))
    #expect(talk.clientSees.text.hasSuffix("answer 4 "))
  }

  @Test func `a storm of key updates is bounded`() throws {
    let talk = try Conversation()
    try talk.settle()
    let connection = try #require(talk.client.tls)
    // The filter writes only with data, so the updates are taken from the library and put on the wire by hand.
    let out = try #require(BIO_new(BIO_s_mem()))
    let kept = SSL_get_wbio(connection.pointer)
    BIO_up_ref(kept)
    SSL_set0_wbio(connection.pointer, out)
    for _ in 0..<4_000 {
      SSL_key_update(connection.pointer, SSL_KEY_UPDATE_NOT_REQUESTED)
      SSL_do_handshake(connection.pointer)
    }
    var bytes: UnsafeMutablePointer<CChar>?
    let count = sluice_bio_memory(out, &bytes)
    let storm = [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    SSL_set0_wbio(connection.pointer, kept)
    #expect(count > 64 * 1024)
    try talk.send(storm)
    try talk.settle()
    #expect(talk.serverSees.failure == .flood(64 * 1024))
    #expect(talk.serverSees.log == ["connected", "error"])
  }

  @Test func `records without contents are passed over, and a flood of them is ended`() throws {
    for padding in [0, 1_000] {
      var (talk, forge) = try Conversation.forged()
      for _ in 0..<20 { try talk.send(forge.record(RecordForge.Inside.data, [], padding: padding)) }
      try talk.send(forge.record(RecordForge.Inside.data, Array("still here".utf8)))
      try talk.settle()
      #expect(talk.serverSees.text == "still here")
      // Others get their turn meanwhile, and the flood is no work without end.
      var turns = 0
      talk.base.defer { turns += 1 }
      try talk.send((0..<5_000).flatMap { _ in forge.record(RecordForge.Inside.data, [], padding: padding) })
      try talk.settle()
      #expect(turns == 1)
      #expect(talk.serverSees.log == ["connected", "read", "error"])
      // The library has a bound of its own for such records, which may come first.
      let words = talk.serverSees.failure?.description ?? ""
      #expect(talk.serverSees.failure == .flood(64 * 1024) || words.hasPrefix("record too small"), "\(words)")
    }
  }

  @Test func `a flood of warnings is ended`() throws {
    var (talk, forge) = try Conversation.forged()
    // "user canceled", which is no reason to give up.
    try talk.send((0..<2_000).flatMap { _ in forge.record(RecordForge.Inside.alert, [1, 90]) })
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "error"])
    #expect(talk.clientSees.log == ["connected", "error"])
    #expect(talk.serverSees.failure?.description.contains("too many warn alerts") == true)
  }

  @Test(
    arguments: [
      ("an empty alert", RecordForge.Inside.alert, [], 0), ("half an alert", RecordForge.Inside.alert, [1], 0),
      ("an unknown kind", 99, [1, 2, 3], 0), ("an empty handshake message", RecordForge.Inside.handshake, [], 0),
      ("no kind at all", 0, [], 40), ("a hello in the middle", RecordForge.Inside.handshake, [1, 0, 0, 1, 0], 0),
      ("more than a record may hold", RecordForge.Inside.data, [UInt8](repeating: 7, count: 16_385), 0),
      ("more padding than a record may hold", RecordForge.Inside.data, [1], 16_900),
    ] as [(String, UInt8, [UInt8], Int)])
  func `records that cannot be are answered with an alert`(
    _: String, type: UInt8, contents: [UInt8], padding: Int
  ) throws {
    var (talk, forge) = try Conversation.forged()
    try talk.send(forge.record(type, contents, padding: padding))
    try talk.send(forge.record(RecordForge.Inside.data, Array("never".utf8)))
    try talk.settle()
    #expect(talk.serverSees.log == ["connected", "error"])
    #expect(talk.serverSees.text == "")
    guard case .protocolViolation(_, alertSent: let alert?)? = talk.serverSees.failure else {
      Issue.record("\(String(describing: talk.serverSees.failure))")
      return
    }
    #expect([10, 22, 50].contains(alert.code), "\(alert)")
    #expect(talk.clientSees.failure == .alertReceived(alert))
  }

  @Test func `a key update that wants an answer does no harm behind close_notify`() throws {
    let talk = try Conversation()
    try talk.settle()
    talk.server.finish()
    try talk.settle()
    let connection = try #require(talk.client.tls)
    for round in 0..<3 {
      #expect(SSL_key_update(connection.pointer, SSL_KEY_UPDATE_REQUESTED) == 1)
      talk.client.write("round \(round) ")
      try talk.settle()
    }
    talk.client.finish()
    try talk.settle()
    #expect(talk.serverSees.text == "round 0 round 1 round 2 ")
    #expect(talk.serverSees.log == ["connected", "read", "end"])
    #expect(talk.clientSees.log == ["connected", "end"])
  }

  // An end that wants answers, and does not take them.
  @Test func `answers that nobody takes are bounded`() throws {
    let talk = try Conversation()
    try talk.settle()
    let wire = try #require(talk.client.underlying)
    let far = try #require(talk.server.underlying)
    wire.suspend(.read)
    wire.readMarks = Watermarks(high: 1_000)
    far.writeMarks = Watermarks(high: 1_000)
    let connection = try #require(talk.client.tls)
    for _ in 0..<2_000 {
      SSL_key_update(connection.pointer, SSL_KEY_UPDATE_REQUESTED)
      talk.client.write("x")
      talk.client.flush(.flush)
    }
    try talk.settle()
    let waits = far.outputCount + wire.inputCount
    #expect(waits > 1_000 && waits < 3_000, "\(waits)")
    wire.resume(.read)
    try talk.settle()
    #expect(talk.serverSees.text.count == 2_000)
    #expect(talk.serverSees.log == ["connected", "read"] && talk.clientSees.log == ["connected"])
  }
}
