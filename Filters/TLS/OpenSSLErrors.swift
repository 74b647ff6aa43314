internal import COpenSSL

/// The thread's queue of OpenSSL errors, which anybody in the process may leave something in.
enum OpenSSLErrors {
  /// Empties the queue. Asking first is cheaper than clearing.
  @inline(__always) static func clear() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }

  /// Takes the last error, which is the nearest to the call that failed, and empties the queue. The newer libraries put one
  /// behind it that says only that their record layer failed.
  static func take() -> (library: Int32, reason: Int32, text: String)? {
    var last: UInt = 0
    while case let code = ERR_get_error(), code != 0 {
      if last == 0 || sluice_err_library(code) != ERR_LIB_SSL || sluice_err_reason(code) != recordLayerFailure {
        last = code
      }
    }
    return last == 0 ? nil : (sluice_err_library(last), sluice_err_reason(last), text(of: last))
  }

  /// `SSL_R_RECORD_LAYER_FAILURE`, since OpenSSL 3.2.
  private static var recordLayerFailure: Int32 { 313 }

  /// Takes the first error, which is the cause, and empties the queue.
  static func takeFirst() -> (library: Int32, reason: Int32, text: String)? {
    let code = ERR_peek_error()
    defer { ERR_clear_error() }
    return code == 0 ? nil : (sluice_err_library(code), sluice_err_reason(code), text(of: code))
  }

  /// Whether the last error says that a certificate was refused; those in front of it say how the library found that out.
  static var lastIsCertificateVerification: Bool {
    let code = ERR_peek_last_error()
    return sluice_err_library(code) == ERR_LIB_SSL && sluice_err_reason(code) == SSL_R_CERTIFICATE_VERIFY_FAILED
  }

  private static func text(of code: UInt) -> String {
    guard let reason = ERR_reason_error_string(code) else { return "error \(code)" }
    return String(cString: reason)
  }
}
