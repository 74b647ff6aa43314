import SluiceCompression
import SluiceRateLimiting
import StackDescription

/// The filters that the tool knows. One that joins them here shows up in help, errors and `--explain`.
var filters: FilterRegistry {
  FilterRegistry([
    FilterKind("pass", "passes everything on: what a filter costs at least") { Layer { Pass() } },
    .compression("gzip", .gzip, "compresses, with a header and a CRC-32 around"),
    .compression("zlib", .zlib, "compresses, with an Adler-32 behind"),
    .compression("deflate", .raw, "compresses, with nothing around"),
    .loopbackTLS,
    FilterKind(
      "flip", "damages what comes in, to show that checks can fail",
      Parameter.size("at", "the byte of which a bit is turned over, counted from 0")
    ) { offset in Layer { Flip(at: offset) } },
    FilterKind(
      "rate", "lets no more pass than a rate, in each direction",
      Parameter.rate("limit", "what may pass, all the time"),
      Parameter.size("burst", default: 0, "what may pass at once after a rest; 0: what a tenth of a second brings"),
      Parameter.time("tick", default: .zero, "how often more may pass; 0s: all the time")
    ) { rate, burst, tick in
      let limit = try RateLimit(
        ByteRate(bytesPerSecond: rate), burst: burst > 0 ? ByteCount(bytes: burst) : nil,
        start: 0, tick: tick > .zero ? tick : nil)
      return Layer(on: { try RateFilter(RateLimiter(limit), on: $0.event) })
    },
  ])
}
