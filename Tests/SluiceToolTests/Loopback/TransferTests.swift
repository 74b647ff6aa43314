import Foundation
import Sluice
import StackDescription
import Testing

@testable import SluiceTool

/// Passes on what comes in; what goes out, it treats as it is told.
private struct Odd: Filter, ~Copyable {
  enum Way: String, CaseIterable {
    /// Keeps everything until it is flushed.
    case hoards
    /// Keeps the last bytes for ever.
    case drops
    /// Adds bytes of its own at the end.
    case adds
    /// Fails behind the first megabyte.
    case fails
  }

  struct Failure: Error, CustomStringConvertible { let description = "the sky fell" }

  let name = "odd"
  let way: Way
  private var kept = EventBuffer()
  private var count = 0
  private var hasAdded = false

  init(_ way: Way) { self.way = way }

  mutating func encode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) throws -> FilterProgress {
    count += source.count
    if way == .fails, count > 1 << 20 { throw Failure() }
    let hadSource = !source.isEmpty
    kept.append(&source)
    var moved = 0
    switch way {
    case .hoards: if context.mode != .normal { moved = target.append(upTo: context.limit, from: &kept) }
    case .drops: moved = target.append(upTo: min(context.limit, kept.count - 10), from: &kept)
    case .adds, .fails: moved = target.append(upTo: context.limit, from: &kept)
    }
    if way == .adds, context.mode == .finished, kept.isEmpty, !hasAdded {
      hasAdded = true
      target.append("!")
    }
    return hadSource || moved > 0 ? .moved : .needsMore
  }

  mutating func decode(
    _ source: inout EventBuffer, into target: inout EventBuffer, _ context: inout FilterContext
  ) -> FilterProgress {
    target.append(upTo: context.limit, from: &source) > 0 ? .moved : .needsMore
  }
}

@Suite struct `A transfer` {
  private func transfer(_ count: Int, _ way: String) throws -> Transfer {
    let registry = FilterRegistry([
      FilterKind("odd", "misbehaves", Parameter<Odd.Way>.choice("way", "how")) { way in Layer { Odd(way) } }
    ])
    return try Scratch.file(Scratch.bytes(count)) { file in
      let stacks = (
        sender: try registry.stack("odd(\(way))", at: .sender),
        receiver: try registry.stack("odd(\(way))", at: .receiver)
      )
      return try Transfer(try FileSource.open(file), through: stacks) { _ in }
    }
  }

  @Test(arguments: [1, 9 << 20, 20 << 20])
  func `a filter that holds back more than the window is told to let go`(_ count: Int) throws {
    let transfer = try transfer(count, "hoards")
    try transfer.run()
    #expect(transfer.confirmed == count)
    #expect(transfer.mostUnderWay <= Transfer.window + Transfer.piece)
    #expect(transfer.sending[0].encoding.bytesIn == count)
    #expect(transfer.receiving[0].decoding.bytesOut == count)
  }

  @Test(arguments: [
    ("drops", 100_000, "the stream stopped with 10 bytes under way"),
    ("adds", 100_000, "byte 100000 arrived, and was never sent"),
    ("fails", 3 << 20, "filter odd (number 1 from the wire), writing: the sky fell"),
  ])
  func `what a filter does wrong is told`(_ way: String, _ count: Int, _ words: String) throws {
    let transfer = try transfer(count, way)
    let error = #expect(throws: ToolError.self) { try transfer.run() }
    #expect(error?.description.contains(words) == true, "\(error.map(String.init(describing:)) ?? "")")
  }

  @Test func `the bar shows the share and the amount and the rate`() {
    #expect(
      ProgressBar.line(1 << 19, of: 1 << 20, rate: "1.0MiB/s", hasColor: false)
        == "[###############---------------] 50%  512.0KiB of 1.0MiB  1.0MiB/s")
    #expect(ProgressBar.line(1 << 19, of: nil, rate: "1.0MiB/s", hasColor: true) == "512.0KiB  1.0MiB/s")
    #expect(ProgressBar.line(1, of: 2, rate: "", hasColor: true).contains("\u{1B}[32m"))
  }
}
