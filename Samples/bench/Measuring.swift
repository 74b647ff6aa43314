import Glibc

struct BenchError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}

/// Wall and processor time since it was made.
struct Stopwatch {
  private let wall = seconds(CLOCK_MONOTONIC)
  private let processor = seconds(CLOCK_PROCESS_CPUTIME_ID)

  /// Processor time for wall time.
  var processorShare: Double { processorSeconds / (seconds(CLOCK_MONOTONIC) - wall) }

  /// Processor seconds of the process.
  var processorSeconds: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) - processor }

  func report(_ bench: Bench, _ rate: String, perSecond amount: Double, _ cost: String, per units: Double) {
    let wall = seconds(CLOCK_MONOTONIC) - self.wall
    bench.report([(rate, amount / wall), (cost, processorSeconds * 1e9 / units)])
  }
}

extension Bench {
  nonisolated func report(_ figures: [(name: String, value: Double)]) {
    let settings = "\"size\":\(size),\"depth\":\(depth),\"count\":\(count),\"level\":\(level)"
    // Large figures are noise behind the first decimal; seconds of processor time are not.
    let values = figures.map { name, value in
      let unit = abs(value) < 1000 ? 1e6 : 10
      return "\"\(name)\":\((value * unit).rounded() / unit)"
    }.joined(separator: ",")
    print("{\"impl\":\"sluice\",\"workload\":\"\(workload.rawValue)\",\(settings),\(values)}")
  }
}

private func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func residentBytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, 128, file) != nil else { return 0 }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let fields = text.split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}
