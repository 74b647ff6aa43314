import Sluice
import Testing

/// Ends come in order, once, one direction at a time.
@Suite struct EndTests {
  @Test(arguments: LinkKind.all)
  func `5: the end of the input comes behind its last byte`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.left.event.write("last words")
      link.left.event.finish()
      try link.reach("the end") { link.right.isTold("end of input") }
      #expect(link.right.text == "last words")
      #expect(link.right.log == ["read", "end of input"])
      #expect(link.right.event.isInputEnded)
    }
  }

  @Test(arguments: LinkKind.all)
  func `6: finish ends one direction, once, and the other goes on to its own end`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.left.event.finish()
      link.left.event.finish()
      try link.reach("the end") { link.right.isTold("end of input") }
      try link.mark(link.right, link.left)
      // More than the marks allow at once.
      let bytes = Payload.bytes(600_000)
      link.right.event.write(bytes)
      link.right.event.finish()
      link.right.event.finish()
      try link.reach("the other end") { link.left.isTold("end of input") }
      try link.base.runUntilIdle()
      #expect(Array(link.left.bytes.dropFirst()) == bytes)
      #expect(link.left.log == ["read", "end of input"])
      #expect(link.right.log == ["end of input"])
    }
  }

  @Test(arguments: LinkKind.all)
  func `7: writing after finish and after close is refused`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.left.event.finish()
      #expect(link.left.event.write("x") == .refused(.finished))
      link.right.event.close()
      #expect(link.right.event.write("x") == .refused(.closed))
      try link.reach("the end") { link.left.isTold("end of input") }
      #expect(link.right.log.isEmpty)
    }
  }

  @Test(arguments: LinkKind.all, [0, 100, 600_000])
  func `9: dropping an end is closing it: what was written comes, then the end`(kind: LinkKind, count: Int) throws {
    try onLink(kind) { link in
      link.left.event.write(Payload.bytes(count))
      link.dropLeft()
      try link.reach("the end") { link.right.isTold("end of input") }
      #expect(link.right.bytes == Payload.bytes(count))
      // Where TLS answers the end with its own, that may be lost, and that it is may be told.
      #expect(
        link.right.log.filter { $0 != "end of output" } == (count > 0 ? ["read", "end of input"] : ["end of input"]))
    }
  }

  @Test(arguments: LinkKind.all)
  func `15: what was written before a close comes whole, though the other end sends what nobody reads`(
    kind: LinkKind
  ) throws {
    try onLink(kind) { link in
      let (left, right) = (link.left, link.right)
      left.event.disable(.read)
      // Under way when the other end closes, and stuck there; nobody is told what becomes of it until that is known.
      right.event.write(Payload.bytes(300_000))
      left.event.write(Payload.large)
      left.event.close()
      try link.reach("the end") { right.isTold("end of input") }
      #expect(right.bytes == Payload.large)
      #expect(right.log.first { $0 != "read" && $0 != "end of output" } == "end of input")
    }
  }

  @Test(arguments: LinkKind.all)
  func `16: who writes to an end that closed learns that it takes nothing more`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.left.event.write("last words")
      link.left.event.close()
      try link.reach("the end") { link.right.isTold("end of input") }
      // A pair knows it at once, and refuses; the kernel says it when it is asked.
      for _ in 0..<10_000 where link.right.event.write("x").isAccepted { try link.base.runUntilIdle() }
      #expect(link.right.event.write("x") == .refused(kind.wire.isInMemory ? .peerClosed : .failed))
      try link.base.runUntilIdle()
      let told = link.right.log.filter { $0 != "end of output" }
      #expect(told == ["read", "end of input"] + (kind.wire.isInMemory ? [] : ["reset"]))
      #expect(link.right.error?.direction == (kind.wire.isInMemory ? nil : .write))
      #expect(link.right.text == "last words")
    }
  }
}
