import Foundation
import SluiceTLSTesting
import Testing

@Suite struct TestValidityTests {
  /// Both dates of a certificate, as the tool says them.
  private func dates(_ validity: TestValidity) throws -> (notBefore: Date, notAfter: Date) {
    let identity = try TestIdentity.selfSigned(validity: validity)
    let outcome = try OpenSSLTool.run(
      ["x509", "-in", "leaf.pem", "-noout", "-dates", "-dateopt", "iso_8601"], files: ["leaf.pem": identity.chainPEM])
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss'Z'"
    let found = outcome.output.split(separator: "\n").compactMap { line in
      line.split(separator: "=").last.flatMap { formatter.date(from: String($0)) }
    }
    try #require(found.count == 2, "\(outcome.output)")
    return (found[0], found[1])
  }

  @Test func `days count from now`() throws {
    let now = Date()
    let (notBefore, notAfter) = try dates(.days(2))
    #expect(abs(notBefore.timeIntervalSince(now) + 3600) < 60)
    #expect(abs(notAfter.timeIntervalSince(now) - 2 * 86_400) < 60)
  }

  @Test func `relative and absolute moments are what the certificate says`() throws {
    let now = Date()
    let relative = try dates(.relative(from: .seconds(-10), until: .seconds(100)))
    #expect(abs(relative.notBefore.timeIntervalSince(now) + 10) < 60)
    #expect(abs(relative.notAfter.timeIntervalSince(now) - 100) < 60)
    let absolute = try dates(.absolute(notBefore: 1_000_000_000, notAfter: 4_000_000_000))
    #expect(absolute.notBefore.timeIntervalSince1970 == 1_000_000_000)
    #expect(absolute.notAfter.timeIntervalSince1970 == 4_000_000_000)
    let endless = try dates(.endless)
    #expect(endless.notBefore.timeIntervalSince1970 == 0)
    #expect(endless.notAfter.timeIntervalSince1970 == 253_402_300_799)
    let reversed = try dates(.reversed)
    #expect(reversed.notBefore > now && reversed.notAfter < now)
  }

  @Test(arguments: [
    (TestValidity.expired, "error 10 at 0 depth lookup: certificate has expired"),
    (.notYetValid, "error 9 at 0 depth lookup: certificate is not yet valid"),
    (.reversed, "error 9 at 0 depth lookup: certificate is not yet valid"),
  ])
  func `a certificate outside of its time is refused for that`(validity: TestValidity, words: String) throws {
    let outcome = try OpenSSLTool.verify(try TestAuthority().issue(validity: validity))
    #expect(!outcome.succeeded)
    #expect(outcome.output.contains(words), "\(outcome.output)")
  }

  @Test(arguments: [
    TestValidity.days(.max), .days(.min), .days(5_000_000), .days(-5_000_000),
    .absolute(notBefore: 0, notAfter: 253_402_300_800), .absolute(notBefore: -62_167_219_201, notAfter: 0),
    .absolute(notBefore: .min, notAfter: .max),
    .relative(from: .zero, until: .seconds(Int64.max)), .relative(from: .seconds(Int64.min), until: .zero),
  ])
  func `moments that no certificate can say are refused`(validity: TestValidity) throws {
    #expect(throws: TestIdentityError.invalidValidity(validity)) { try TestIdentity.selfSigned(validity: validity) }
  }
}
