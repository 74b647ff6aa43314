import Sluice
import SluiceTLS
import SluiceTLSTesting
import Testing

@testable import SluiceFaults

/// Faults above and below TLS: what a fault outside of the program could not aim at.
struct InsideTLSTests {
  /// A client with TLS whose own stack has faults, and a server with TLS alone.
  private func talk(
    below: Stack = Stack(), above: Stack = Stack(), _ body: (BufferEvent, Witness, BufferEvent, Witness) throws -> Void
  ) throws {
    let identity = try TestIdentity.shared
    let serving = try TLSContext(
      server: TLSServerConfiguration(
        identity: TLSIdentity(certificates: .pem(identity.chainPEM), key: .pem(identity.privateKeyPEM))))
    let connecting = try TLSContext(client: TLSClientConfiguration(trust: .certificates(.pem(identity.anchorPEM))))
    try inVirtualTime { base in
      let (left, right) = base.pair()
      let server = try right.secured(.server(serving))
      let client = try below.secured(.client(connecting, host: "example.test")).adding(above).applied(to: left)
      let (there, here) = (Witness(server), Witness(client))
      try body(client, here, server, there)
      client.close()
      server.close()
    }
  }

  @Test(arguments: [1, 7, 100]) func `a handshake and records survive any slicing below`(size: Int) throws {
    try talk(below: Stack().disturbed(by: .slice(size, variation: size / 2))) { client, here, server, there in
      client.write(counting(10_000))
      server.write("answer")
      try client.base.run()
      #expect(there.bytes == counting(10_000))
      #expect(here.text == "answer")
      #expect(here.events == ["0 connected"])
    }
  }

  @Test func `a slice above is a record`() throws {
    try talk(above: Stack().disturbed(by: .slice(1))) { client, _, _, there in
      try client.base.run()
      client.write("abcdefgh")
      try client.base.run()
      #expect(there.sizes == [1, 1, 1, 1, 1, 1, 1, 1])
    }
  }

  @Test func `latency below delays the handshake by whole round trips`() throws {
    try talk(below: Stack().disturbed(by: .latency(ms(50)))) { client, here, server, there in
      client.write("hello")
      try client.base.run()
      #expect(here.events == ["100 connected"])
      #expect(there.log == ["150 hello"])
      // The server's tickets were under way until 200.
      client.finish()
      server.finish()
      try client.base.run()
      #expect(there.events == ["150 connected", "250 end"])
      #expect(here.events.last == "250 end")
    }
  }

  @Test func `a bit that is turned over below is found out, and nothing behind it is delivered`() throws {
    // Far behind the handshake, in the midst of the data.
    try talk(below: Stack().disturbed(by: .corrupt(.byte(at: 20_000)), .write)) { client, here, _, there in
      client.write([UInt8](repeating: 0x78, count: 50_000))
      try client.base.run()
      #expect(there.bytes.count < 20_000)
      guard case .filter(let error as TLSError) = there.error?.reason, case .protocolViolation(_, let alert) = error
      else {
        Issue.record("\(there.events)")
        return
      }
      #expect(alert != nil)
      #expect(there.events.count == 2)
      #expect(here.events.count == 2)
    }
  }

  @Test func `a bit that is turned over above is delivered as any other`() throws {
    try talk(above: Stack().disturbed(by: .corrupt(.byte(at: 2, bit: 0)), .write)) { client, _, _, there in
      client.write("abcde")
      try client.base.run()
      #expect(there.text == "abbde")
    }
  }

  @Test func `an end above is in order, with close_notify; one below is a truncated stream`() throws {
    try talk(above: Stack().disturbed(by: .cut(after: 4, by: .end), .write)) { client, _, _, there in
      client.write("abcdefgh")
      try client.base.run()
      #expect(there.text == "abcd")
      #expect(there.events == ["0 connected", "0 end"])
    }
    try talk(below: Stack().disturbed(by: .cut(after: 5_000, by: .end), .write)) { client, _, _, there in
      client.write([UInt8](repeating: 0x78, count: 50_000))
      try client.base.run()
      guard case .filter(let error as TLSError) = there.error?.reason else {
        Issue.record("\(there.events)")
        return
      }
      #expect(error == .truncated)
    }
  }

  @Test(arguments: [true, false]) func `a reset above or below is one of the wire`(isAbove: Bool) throws {
    let fault = Stack().disturbed(by: .cut(after: 5_000), .write)
    try talk(below: isAbove ? Stack() : fault, above: isAbove ? fault : Stack()) { client, here, _, there in
      try client.base.run()
      client.write([UInt8](repeating: 0x78, count: 50_000))
      try client.base.run()
      #expect(there.events == ["0 connected", "0 reset"])
      #expect(here.events == ["0 connected", "0 cut"])
      #expect(here.error?.place == (isAbove ? 2 : 1))
    }
  }
}
