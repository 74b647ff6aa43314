import Sluice
import SluiceTap
import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a tap writes, as descriptions say it.
private enum TapStyle: String, CaseIterable {
  case hex, text, pcap
}

extension FilterKind {
  /// Shows what passes.
  static var tap: FilterKind {
    FilterKind(
      "tap", at: Set(Site.allCases), "shows what passes, and changes nothing",
      Parameter<TapStyle>.choice("style", default: .text, "lines of text, of hexadecimal, or a capture file"),
      Parameter.text("file", form: "PATH", "where to; standard error, where none is given").optional(),
      Parameter.size("limit", default: 4_096, "bytes that are shown of what passes at once"),
      Parameter.size("total", default: 64 << 20, "bytes that are shown in all")
    ) { binding, style, path, limit, total in
      let label = binding.address.map { "\($0)" } ?? binding.site.rawValue
      var layer: Layer
      switch (style, path) {
      case (.pcap, nil): throw Contradiction(description: "style=pcap needs file=PATH")
      case (.pcap, let path?):
        let files = binding.shared { WrittenFile<PcapFile>() }
        try files.name(path)
        layer = Layer(on: { place in
          let (near, far) = place.ends
          let capture = try files.opened { try PcapFile(path: $0, totalLimit: total, timeOffset: sinceEpoch) }
          return TapFilter(capture.flow(local: near, remote: far, isAccepted: place.site.accepts))
        })
      case (let style, let path):
        let dumped: TapDump.Style = style == .hex ? .hex : .text
        let files = binding.shared { WrittenFile<TapFile>() }
        if let path { try files.name(path) }
        layer = Layer(on: { place in
          let label = "\(label) \(place.facts.number)"
          if path != nil {
            let file = try files.opened { try TapFile(path: $0) }
            return TapFilter(TapDump(dumped, label: label, recordLimit: limit, totalLimit: total, to: file))
          }
          // A proxy has others to serve than who reads this; a loopback has not, and loses nothing.
          let isProxy = place.site == .listener || place.site == .target
          return TapFilter(
            TapDump(dumped, label: label, recordLimit: limit, totalLimit: total) {
              if isProxy { LogOutput.write($0) } else { writeError($0 + "\n") }
            })
        })
      }
      // A file has one writer.
      layer.needsOneLoop = path != nil
      if let path, Self.isOverwritten(path) { layer.writes = path }
      return layer
    }
  }

  /// Whether two writers would write over each other there, as they do not in devices and pipes.
  private static func isOverwritten(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// The wall clock's time less that of the bases, which count from the machine's start.
  private static var sinceEpoch: Duration {
    func time(_ clock: clockid_t) -> Duration {
      var time = timespec()
      clock_gettime(clock, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    return time(CLOCK_REALTIME) - time(CLOCK_MONOTONIC)
  }
}

extension Place {
  /// The addresses of this side and of the other one, as far as they are known.
  fileprivate var ends: (near: SocketAddress?, far: SocketAddress?) {
    site == .listener ? (event.localAddress, facts.source) : (nil, nil)
  }
}
