import Sluice
import Testing

/// Nobody is called, and no round is made, without cause.
@Suite struct QuietTests {
  @Test(arguments: LinkKind.all)
  func `11, 12: writing nothing does nothing, and nobody is called with nothing new`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.left.event.write("")
      link.left.event.write([])
      link.left.event.flush(.flush)
      link.right.event.flush(.flush, .both)
      try link.marks()
      #expect(link.right.text == "#")
      #expect(link.right.log == ["read"])
      link.left.event.flush(.flush)
      link.right.event.enable(.read)
      link.right.log = []
      try link.marks()
      #expect(link.right.log == ["read"])
      #expect(link.right.emptyReads + link.left.emptyReads == 0)
    }
  }

  @Test(arguments: LinkKind.all)
  func `18: an idle link costs no round in ten minutes of virtual time`(kind: LinkKind) throws {
    try onLink(kind, clock: .virtual) { link in
      try link.marks()
      try link.base.run(for: .seconds(10))
      let before = link.base.rounds
      try link.base.run(for: .seconds(600))
      // One that finds nothing, and one that finds that the time is over.
      #expect(link.base.rounds - before <= 2)
    }
  }

  @Test(arguments: LinkKind.all)
  func `19: a timeout is told once, and again only when its direction is enabled again`(kind: LinkKind) throws {
    try onLink(kind, clock: .virtual) { link in
      link.setMarks(64 * 1024)
      let left = link.left
      left.event.readTimeout = .seconds(1)
      left.event.writeTimeout = .seconds(2)
      link.right.event.suspend(.read)
      left.event.write(Payload.large)
      for _ in 0..<2 {
        left.log = []
        try link.base.run(for: .seconds(30))
        #expect(left.log == ["timeout reading", "timeout writing"])
        #expect(left.event.enabled.isEmpty)
        left.event.enable(.both)
      }
      // Both directions work on.
      left.event.readTimeout = nil
      left.event.writeTimeout = nil
      link.right.event.resume(.read)
      try link.reach("all bytes") { link.right.count == Payload.large.count }
    }
  }
}
