internal import COpenSSL

/// The thread's queue of OpenSSL errors, which anybody in the process may leave something in.
enum OpenSSLErrors {
  /// Empties the queue. Asking first is cheaper than clearing.
  @inline(__always) static func clear() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }

  /// Calls what is the application's, in the middle of a call of the library: the errors that it leaves are not that call's.
  static func apart<Result>(_ body: () -> Result) -> Result {
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    return body()
  }

  /// Takes the last error, which is the nearest to the call that failed, and empties the queue. The newer libraries put one
  /// behind it that says only that their record layer failed.
  static func take() -> Entry? {
    var last: UInt = 0
    while case let code = ERR_get_error(), code != 0 {
      if last == 0 || sluice_err_library(code) != ERR_LIB_SSL || sluice_err_reason(code) != recordLayerFailure {
        last = code
      }
    }
    return last == 0 ? nil : Entry(last)
  }

  /// `SSL_R_RECORD_LAYER_FAILURE`, since OpenSSL 3.2.
  private static var recordLayerFailure: Int32 { 313 }

  /// Takes the first error, which is the cause, and empties the queue.
  static func takeFirst() -> Entry? {
    let code = ERR_peek_error()
    defer { ERR_clear_error() }
    return code == 0 ? nil : Entry(code)
  }

  /// Whether the last error says that a certificate was refused; those in front of it say how the library found that out.
  static var lastIsCertificateVerification: Bool {
    let code = ERR_peek_last_error()
    return sluice_err_library(code) == ERR_LIB_SSL && sluice_err_reason(code) == SSL_R_CERTIFICATE_VERIFY_FAILED
  }

  /// An error of the queue.
  struct Entry {
    let library: Int32
    let reason: Int32
    let text: String

    init(_ code: UInt) {
      (library, reason) = (sluice_err_library(code), sluice_err_reason(code))
      text = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
    }

    /// The alert that came, where that is what it tells of.
    var alert: TLSAlert? {
      let code = reason - Int32(SSL_AD_REASON_OFFSET)
      return library == ERR_LIB_SSL && (0...255).contains(code) ? TLSAlert(code: UInt8(code)) : nil
    }
  }
}
