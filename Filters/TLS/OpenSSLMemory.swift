internal import COpenSSL

/// The memory of the system's OpenSSL, which all of a process shares.
public enum OpenSSLMemory {
  /// Has what OpenSSL frees kept for its next allocation of that size. A handshake allocates and frees nearly three thousand blocks:
  /// a full one takes about 5 % less time.
  ///
  /// It concerns whatever in the process uses the system's OpenSSL, so it is for the program to decide, not for a library: call it
  /// first in `main`, before anything has OpenSSL allocate. Every block stays one of `malloc`. A thread keeps a mebibyte of them at most,
  /// and gives them back when it ends. May be called on any thread, and again.
  ///
  /// - Returns: whether it holds from now on. Not where OpenSSL has allocated before, or works with functions that somebody else
  ///   gave it, nor in programs that are built for the address or the memory sanitizer; all stays as it was then.
  @discardableResult
  public static func keepFreedBlocks() -> Bool { isKept }

  private static let isKept = sluice_openssl_keep_memory() == 1
}
