import Sluice
import Testing

/// Memory is bounded, and who waits is woken.
@Suite struct MarkTests {
  @Test(arguments: LinkKind.all)
  func `2: the input takes exactly what its high mark allows, and the writer learns of the rest`(
    kind: LinkKind
  ) throws {
    try onLink(kind) { link in
      link.setMarks(64 * 1024)
      link.right.event.readMarks = Watermarks(high: 1_000)
      link.right.onRead = { _ in }
      link.left.event.write(Payload.large)
      try link.reach("a full input") { link.right.event.inputCount >= 1_000 }
      // Time enough for what should not come.
      try link.mark(link.right, link.left)
      let count = link.right.event.inputCount
      #expect(kind.layers.cutsExactly ? count == 1_000 : count <= 1_000 + kind.layers.overrun)
      #expect(link.left.event.writeRoom < 0)
      #expect(link.left.event.writeMarkPasses == 1)
      let bound = 64 * 1024 + kind.layers.overrun
      for layer in link.left.layers.dropFirst() { #expect(layer.outputCount <= bound) }
      for layer in link.right.layers.dropFirst() { #expect(layer.inputCount <= bound) }
    }
  }

  @Test(arguments: LinkKind.all)
  func `3: the write callback means that what waited has left, and does not come before`(kind: LinkKind) throws {
    try onLink(kind) { link in
      link.setMarks(64 * 1024)
      link.right.event.disable(.read)
      link.left.event.write(Payload.large)
      try link.mark(link.right, link.left)
      #expect(link.left.writes == 0)
      link.right.event.enable(.read)
      var waiting = -1
      link.left.onWrite = { waiting = $0.event.outputCount }
      try link.reach("all bytes") { link.right.count == Payload.large.count }
      #expect(waiting == 0)
    }
  }

  @Test(arguments: LinkKind.all)
  func `4: draining the input wakes a writer that waits`(kind: LinkKind) throws {
    try onLink(kind) { link in
      let (left, right) = (link.left, link.right)
      right.event.readMarks = Watermarks(high: 1_000)
      right.onRead = { _ in }
      left.event.write(Payload.bytes(5_000))
      left.event.finish()
      while !right.event.isInputEnded || right.event.inputCount > 0 {
        // Bytes, which are taken from outside of any callback, or the end.
        try link.reach("more") { right.event.inputCount > 0 || right.event.isInputEnded }
        #expect(right.event.inputCount <= 1_000 + kind.layers.overrun)
        right.take()
      }
      #expect(right.bytes == Payload.bytes(5_000))
    }
  }

  @Test(arguments: LinkKind.all)
  func `14: an end that never reads keeps memory at the marks, and others go on`(kind: LinkKind) throws {
    try onLink(kind) { link in
      let other = try Link(kind, on: link.base)
      try other.connect()
      other.right.onRead = { $0.event.write($0.take()) }
      link.setMarks(64 * 1024)
      link.right.event.suspend(.read)
      // A writer that keeps to the room that it is told of.
      let piece = Payload.bytes(16 * 1024)
      func fill(_ event: BufferEvent) { while event.writeRoom > 0 { event.write(piece) } }
      fill(link.left.event)
      link.left.onWrite = { fill($0.event) }
      for trip in 1...100 {
        other.left.event.write("ball")
        try other.reach("trip \(trip)") { other.left.count == 4 * trip }
      }
      #expect(link.left.event.outputCount < 64 * 1024 + piece.count)
      let bound = 64 * 1024 + kind.layers.overrun
      for layer in link.left.layers.dropFirst() { #expect(layer.outputCount <= bound) }
      for layer in link.right.layers { #expect(layer.inputCount <= bound) }
      #expect(link.left.log.isEmpty)
      other.abort()
    }
  }
}
