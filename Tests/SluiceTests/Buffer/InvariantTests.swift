import Testing

@testable import Sluice

/// That the checker itself can fail.
struct InvariantTests {
  @Test func `a wrong count is found`() {
    var buffer = segmented(["ab", "c"])
    for wrong in [2, 4] {
      buffer.count = wrong
      #expect(buffer.brokenInvariant() != nil)
    }
    buffer.count = 3
    #expect(buffer.brokenInvariant() == nil)
  }

  @Test func `a wrong tail is found`() {
    var buffer = segmented(["ab", "c"])
    let tail = buffer.tail
    buffer.tail = buffer.head
    #expect(buffer.brokenInvariant() != nil)
    buffer.tail = nil
    #expect(buffer.brokenInvariant() != nil)
    buffer.tail = tail
    #expect(buffer.brokenInvariant() == nil)
  }

  @Test func `an empty segment is found`() {
    var buffer = segmented(["ab", "c"])
    buffer.head?.pointee.start = 2
    buffer.count = 1
    #expect(buffer.brokenInvariant() != nil)
    buffer.drain(0)
  }

  @Test(arguments: Ground.allCases)
  func `a wrong capacity is found`(ground: Ground) {
    let buffer = segmented(["ab"], ground)
    let capacity = buffer.head?.pointee.capacity ?? 0
    buffer.head?.pointee.capacity = 1
    #expect(buffer.brokenInvariant() != nil)
    buffer.head?.pointee.capacity = capacity
    #expect(buffer.brokenInvariant() == nil)
  }

  #if DEBUG
    @Test func `a change to a broken buffer stops the process where checks are on`() async {
      await #expect(processExitsWith: .failure) {
        var buffer = EventBuffer()
        buffer.append("abc")
        buffer.count = 7
        checkingInvariants { buffer.append("d") }
      }
    }
  #endif
}
