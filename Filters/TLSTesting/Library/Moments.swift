internal import COpenSSL

extension TestValidity {
  /// Makes both ends as times of libcrypto, gives them to `body`, then frees them.
  func withTimes(
    _ body: (_ notBefore: UnsafeMutablePointer<ASN1_TIME>, _ notAfter: UnsafeMutablePointer<ASN1_TIME>)
      throws(TestIdentityError) -> Void
  ) throws(TestIdentityError) {
    guard let moments, let notBefore = moments.notBefore.time() else { throw .invalidValidity(self) }
    defer { ASN1_TIME_free(notBefore) }
    guard let notAfter = moments.notAfter.time() else { throw .invalidValidity(self) }
    defer { ASN1_TIME_free(notAfter) }
    try body(notBefore, notAfter)
  }
}

extension TestValidity.Moment {
  /// The moment as a time of libcrypto, which the caller frees, or `nil` outside of the years 0 to 9999.
  fileprivate func time() -> UnsafeMutablePointer<ASN1_TIME>? {
    // libcrypto writes a year of five digits without a word, and its sums wrap around far beyond those years.
    let years0to9999 = -62_167_219_200...253_402_300_799 as ClosedRange<Int64>
    let distance = 2 * 10_000 * 366 * 86_400 as Int64
    return switch self {
    case .fromNow(let seconds): -distance...distance ~= seconds ? X509_gmtime_adj(nil, Int(seconds)) : nil
    case .since1970(let seconds): years0to9999 ~= seconds ? ASN1_TIME_set(nil, time_t(seconds)) : nil
    }
  }
}
