import Testing

@testable import SluiceCompression

@Suite struct SettingsTests {
  @Test func `settings that cannot be are refused when the filter is made`() {
    func refusal(_ format: Compression.Format = .gzip, _ change: (inout Compression) -> Void)
      -> CompressionSettingsError?
    {
      var settings = Compression(format)
      change(&settings)
      do {
        _ = try Deflate(settings)
        return nil
      } catch { return error }
    }
    #expect(refusal { $0.level = 10 } == .level(10))
    #expect(refusal { $0.level = -2 } == .level(-2))
    #expect(refusal { $0.windowBits = 8 } == .windowBits(8))
    #expect(refusal { $0.windowBits = 16 } == .windowBits(16))
    #expect(refusal { $0.memoryLevel = 0 } == .memoryLevel(0))
    #expect(refusal { $0.memoryLevel = 10 } == .memoryLevel(10))
    #expect(refusal { $0.dictionary = [1] } == .dictionary)
    #expect(refusal(.zlib) { $0.dictionary = [] } == .dictionary)
    #expect(refusal(.raw) { $0.header = GzipHeader() } == .headerWithout(.raw))
    #expect(refusal { $0.header = GzipHeader(name: "a\0b") } == .header(field: "name"))
    #expect(refusal { $0.header = GzipHeader(comment: "語") } == .header(field: "comment"))
    let long = [UInt8](repeating: 0, count: 65_536)
    #expect(refusal { $0.header = GzipHeader(extra: long) } == .header(field: "extra field"))
    #expect(refusal { $0.flushing = .pending(kibibytes: 0) } == .pending(kibibytes: 0))
    #expect(refusal { $0.flushing = .pending(kibibytes: .max) } == .pending(kibibytes: .max))
    #expect(refusal { $0.limits.ratio = 0 } == .limits(ExpansionLimits(ratio: 0)))
    #expect(refusal { $0.limits.total = -1 } == .limits(ExpansionLimits(total: -1)))
    #expect(refusal { _ in } == nil)
  }

  @Test(arguments: [
    ("1.2.11", false, false), ("1.2.12", true, false), ("1.2.13", true, true), ("1.3", true, true),
    ("1.3.1.zlib-ng", true, true), ("2", true, true), ("1.2.11.1-motley", false, false),
  ])
  func `a zlib with known faults is refused`(version: String, isGood: Bool, readsHeaders: Bool) {
    func passes(_ headers: Bool) -> Bool {
      do { try Compression.checkLibrary(version: version, readsHeaders: headers) } catch { return false }
      return true
    }
    #expect(passes(false) == isGood)
    #expect(passes(true) == readsHeaders)
  }

  @Test func `an allowance never overflows`() {
    #expect(ExpansionLimits(ratio: .max, floor: .max).allowance(consumed: .max) == .max)
    #expect(ExpansionLimits.none.allowance(consumed: 0) == .max)
    #expect(ExpansionLimits(total: 5).allowance(consumed: 1) == 5)
    #expect(ExpansionLimits(ratio: 2, floor: 10).allowance(consumed: 3) == 16)
  }

  @Test func `a setting error says what to do`() {
    let errors: [CompressionSettingsError] = [
      .level(10), .windowBits(1), .memoryLevel(0), .dictionary, .headerWithout(.raw), .header(field: "name"),
      .pending(kibibytes: 0), .limits(ExpansionLimits()), .zlibTooOld(version: "1.2.11", needed: "1.2.12"),
    ]
    for error in errors { #expect(error.description.count > 40) }
  }
}
