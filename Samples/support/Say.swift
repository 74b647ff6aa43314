#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Prints a line at once, where `print` keeps it back while the output is no terminal.
package func say(_ line: String) {
  print(line)
  fflush(nil)
}
