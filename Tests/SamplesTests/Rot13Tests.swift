import SluiceTesting
import Testing

@testable import Rot13Sample

@Suite struct `The rot13 filter` {
  @Test func `it keeps the contract of filters`() {
    let report = FilterContract().check { Rot13() }
    #expect(report.failures.isEmpty, "\(report)")
  }

  @Test func `letters go 13 places on, and nothing else does`() {
    #expect(String(decoding: "Hello, Zoe 13!".utf8.map(Rot13.rotated), as: UTF8.self) == "Uryyb, Mbr 13!")
  }
}
