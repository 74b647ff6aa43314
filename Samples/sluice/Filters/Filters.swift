import SluiceCompression
import StackDescription

/// What the command line says for all filters.
struct FilterDefaults: Sendable {
  /// How long handshakes may take.
  var handshakeTimeout = Duration.seconds(10)
  /// Loops that share what a group may have.
  var threads = 1
}

/// The filters that the tool knows. One that joins them here shows up in help, errors and `--explain`.
func filters(_ defaults: FilterDefaults = FilterDefaults()) -> FilterRegistry {
  FilterRegistry(
    [
      FilterKind("pass", "passes everything on: what a filter costs at least") { Layer { Pass() } },
      .compression("gzip", .gzip, "compresses, with a header and a CRC-32 around"),
      .compression("zlib", .zlib, "compresses, with an Adler-32 behind"),
      .compression("deflate", .raw, "compresses, with nothing around"),
      .loopbackTLS,
      .tlsServer(defaults),
      .tlsClient(defaults),
      .rate,
      .group(defaults),
      .tap,
      .proxyReader(defaults),
      .proxyWriter,
    ] + FilterKind.faults)
}
