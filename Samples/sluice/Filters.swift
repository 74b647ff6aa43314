import SluiceCompression
import StackDescription

/// The filters that the tool knows. One that joins them here shows up in help, errors and `--explain`.
var filters: FilterRegistry {
  FilterRegistry([
    FilterKind("pass", "passes everything on: what a filter costs at least") { Layer { Pass() } },
    .compression("gzip", .gzip, "compresses, with a header and a CRC-32 around"),
    .compression("zlib", .zlib, "compresses, with an Adler-32 behind"),
    .compression("deflate", .raw, "compresses, with nothing around"),
    FilterKind(
      "flip", "damages what comes in, to show that checks can fail",
      Parameter.size("at", "the byte of which a bit is turned over, counted from 0")
    ) { offset in Layer { Flip(at: offset) } },
  ])
}
