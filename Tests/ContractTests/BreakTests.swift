import Sluice
import Testing

/// A stream that breaks is told apart from one that ends, and says so once.
@Suite struct BreakTests {
  /// Breaks a link by an abort of its left end, and waits until the right one knows.
  private func breakOff(_ link: Link) throws {
    // A Unix socket knows no reset of its own: its kernel tells one where bytes were left unread.
    link.left.layers.last?.suspend(.read)
    link.right.event.write(Payload.bytes(1_000))
    try link.base.runUntilIdle()
    link.left.event.write(Payload.large)
    link.left.event.abort()
    try link.reach("the reset") { link.right.error != nil }
  }

  @Test(arguments: LinkKind.breakable)
  func `8: an abort is a reset at the other end and no end, with its direction and its code`(kind: LinkKind) throws {
    try onLink(kind) { link in
      try breakOff(link)
      #expect(link.left.event.outputCount == 0)
      let error = try #require(link.right.error)
      #expect(error.isReset)
      #expect(kind.wire.isInMemory ? error.code == nil : error.code != nil)
      #expect(error.direction == (kind.wire.isInMemory ? .both : .read))
      #expect(link.right.log.filter { $0 != "read" } == ["reset"])
      #expect(link.right.event.write("x") == .refused(.failed))
    }
  }

  @Test(arguments: LinkKind.breakable)
  func `17: nothing follows an error, whatever is done to the event`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.right.event.readTimeout = .seconds(5)
      link.right.event.writeTimeout = .seconds(5)
      try breakOff(link)
      let right = link.right
      right.log = []
      let rounds = link.base.rounds
      for _ in 0..<3 {
        right.event.write("x")
        right.event.finish()
        right.event.flush(.flush, .both)
        right.event.disable(.both)
        right.event.enable(.both)
        // It returns, since there is nothing that could still come.
        try link.base.run()
      }
      #expect(right.log.isEmpty)
      #expect(link.base.rounds - rounds <= 30)
    }
  }
}
