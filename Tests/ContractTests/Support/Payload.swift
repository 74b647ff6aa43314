/// Bytes that no filter makes smaller: two million of them, the same in each run.
enum Payload {
  static let large: [UInt8] = {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    return [UInt8](unsafeUninitializedCapacity: 2_000_000) { bytes, count in
      while count < bytes.count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        for shift in stride(from: 0, to: 64, by: 8) where count < bytes.count {
          bytes[count] = UInt8(truncatingIfNeeded: state >> shift)
          count += 1
        }
      }
    }
  }()

  static func bytes(_ count: Int) -> [UInt8] { Array(large.prefix(count)) }
}
