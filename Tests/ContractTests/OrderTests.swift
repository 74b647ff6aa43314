import Sluice
import Testing

/// Bytes come in order, whole, and from the loop.
@Suite struct OrderTests {
  @Test(arguments: LinkKind.all)
  func `1: bytes come in the order in which they were written, in both directions`(kind: LinkKind) throws {
    try onLink(kind) { link in
      for word in ["a ", "b ", "c "] {
        link.left.event.write(word)
        let count = link.right.count + 2
        try link.reach("a word") { link.right.count == count }
        link.right.event.write("ok ")
        try link.reach("the answer") { link.left.count == count / 2 * 3 }
      }
      #expect(link.right.text == "a b c ")
      #expect(link.left.text == "ok ok ok ")
    }
  }

  @Test(arguments: LinkKind.all)
  func `1: what goes each way at the same time comes whole`(kind: LinkKind) throws {
    try onLink(kind) { link in
      let bytes = Payload.bytes(600_000)
      for end in [link.left, link.right] { end.event.write(bytes) }
      try link.reach("all bytes") { link.left.count >= bytes.count && link.right.count >= bytes.count }
      #expect(link.left.bytes == bytes)
      #expect(link.right.bytes == bytes)
    }
  }

  @Test(arguments: LinkKind.all)
  func `1: an end that takes a byte at a time gets each of them`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.right.event.readMarks = Watermarks(high: 1)
      link.left.event.write(Payload.bytes(300))
      link.left.event.finish()
      try link.reach("the end") { link.right.isTold("end of input") }
      #expect(link.right.bytes == Payload.bytes(300))
    }
  }

  @Test(arguments: LinkKind.all)
  func `1: an end that sends a byte at a time is understood`(kind: LinkKind) throws {
    try onLink(kind) { link in
      for (index, byte) in Payload.bytes(100).enumerated() {
        link.left.event.write([byte])
        try link.reach("byte \(index)") { link.right.count == index + 1 }
      }
      #expect(link.right.bytes == Payload.bytes(100))
    }
  }

  @Test(arguments: LinkKind.all)
  func `10: no callback is made inside a write, nor inside another callback`(kind: LinkKind) throws {
    try onLink(kind) { link in
      var depth = 0
      var calls = 0
      for end in [link.left, link.right] {
        end.onRead = { end in
          depth += 1
          #expect(depth == 1)
          calls += 1
          let ball = end.take()
          if calls < 20 { end.event.write(ball) }
          depth -= 1
        }
      }
      depth += 1
      link.left.event.write("ball")
      depth -= 1
      try link.reach("twenty calls") { calls >= 20 }
    }
  }

  @Test(arguments: LinkKind.all)
  func `13: what is written before the ends are connected follows the connection`(kind: LinkKind) throws {
    let base = EventBase(clock: kind.wire.isInMemory ? .virtual : .monotonic, poller: kind.poller)
    do {
      let link = try Link(kind, on: base)
      for end in [link.left, link.right] { end.event.write("early") }
      try link.reach("both") { link.left.count == 5 && link.right.count == 5 }
      let isTold = [kind.wire.isConnecting || kind.layers.hasHandshake, kind.layers.hasHandshake]
      for (end, isTold) in zip([link.left, link.right], isTold) {
        #expect(end.text == "early")
        #expect(end.log == (isTold ? ["connected", "read"] : ["read"]))
      }
      link.abort()
    }
    try base.runUntilIdle()
    base.shutDown()
    #expect(base.ledger.isBalanced, "\(base.ledger)")
  }
}
