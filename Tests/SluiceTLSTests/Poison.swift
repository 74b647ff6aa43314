import COpenSSL

/// Leaves an error in the thread's queue of the library.
func poison() {
  [UInt8](repeating: 0xFF, count: 8).withUnsafeBufferPointer { bytes in
    var at = bytes.baseAddress
    _ = d2i_X509(nil, &at, bytes.count)
  }
}
