import Testing

@testable import Sluice

struct IntegerTests {
  @Test(arguments: EventBuffer.Endianness.allCases)
  func `integers come back in the order they went in`(order: EventBuffer.Endianness) {
    var buffer = EventBuffer()
    buffer.appendInteger(UInt8(0xFE), endianness: order)
    buffer.appendInteger(Int16(-2), endianness: order)
    buffer.appendInteger(UInt32(0xDEAD_BEEF), endianness: order)
    buffer.appendInteger(Int64.min, endianness: order)
    buffer.appendInteger(UInt128.max - 1, endianness: order)
    #expect(buffer.count == 31)
    #expect(buffer.readInteger(as: UInt8.self, endianness: order) == 0xFE)
    #expect(buffer.readInteger(as: Int16.self, endianness: order) == -2)
    #expect(buffer.readInteger(as: UInt32.self, endianness: order) == 0xDEAD_BEEF)
    #expect(buffer.readInteger(as: Int64.self, endianness: order) == .min)
    #expect(buffer.readInteger(as: UInt128.self, endianness: order) == UInt128.max - 1)
    #expect(buffer.isEmpty == true)
  }

  @Test func `big endian has the most significant byte first, little the least`() {
    var buffer = EventBuffer()
    buffer.appendInteger(UInt32(0x0102_0304))
    buffer.appendInteger(UInt32(0x0102_0304), endianness: .little)
    #expect(buffer.bytes() == [1, 2, 3, 4, 4, 3, 2, 1])
  }

  @Test(
    arguments: [
      (0, 0x6162_6364), (1, 0x6263_6465), (2, 0x6364_6566), (3, nil), (6, nil), (7, nil), (-1, nil), (.max, nil),
    ] as [(Int, UInt32?)], [1, 2, 3, 6])
  func `an integer is read at any offset, across segments`(sought: (Int, UInt32?), size: Int) {
    let letters = Array("abcdef")
    let buffer = segmented(stride(from: 0, to: 6, by: size).map { String(letters[$0..<min($0 + size, 6)]) })
    #expect(buffer.peekInteger(at: sought.0, as: UInt32.self) == sought.1)
    #expect(buffer.peekInteger(at: sought.0, as: UInt32.self, endianness: .little) == sought.1?.byteSwapped)
  }

  @Test func `an integer that is not whole stays in the buffer`() {
    var buffer = segmented(["a", "bc"])
    #expect(buffer.readInteger(as: UInt32.self) == nil)
    #expect(buffer.count == 3)
    #expect(buffer.readInteger(as: UInt16.self) == 0x6162)
    #expect(buffer.count == 1)
  }
}
