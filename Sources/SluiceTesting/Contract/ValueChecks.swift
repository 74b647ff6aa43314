import Sluice

/// The checks of filters as plain values.
struct ValueChecks {
  let contract: FilterContract
  let make: (Host.Settings) throws -> ValueLink

  func run(_ report: inout ContractReport) {
    for (index, sample) in contract.samples.enumerated() {
      let back = contract.samples[contract.samples.count - 1 - index]
      let talk = Talk(out: sample, back: back, name: "sample \(index)")
      conversation("as a value", talk, "whole", &report)
      for limit in contract.limits where limit > 0 {
        conversation("with a limit", talk, "limit \(limit)", limit: limit, &report)
        conversation("in pieces", talk, "pieces of \(limit)", chunk: limit, &report)
        conversation("in pieces with a limit", talk, "\(limit) each", limit: limit, chunk: limit, &report)
      }
      if contract.deliversWhenFlushed { flushed(talk, &report) }
      let length = wireLength(talk)
      for place in places(length) {
        cut(talk, at: place, &report)
        ending(talk, at: place, of: length, &report)
      }
    }
    silence(&report)
  }

  struct Talk {
    let out: [UInt8]
    let back: [UInt8]
    let name: String
  }

  /// Both ends write, finish, and read everything.
  private func conversation(
    _ check: String, _ talk: Talk, _ position: String, limit: Int = .max, chunk: Int = .max,
    _ report: inout ContractReport
  ) {
    attempt(check, talk, position, limit, &report) { link in
      link.chunk = chunk
      say(talk, link)
      link.settle()
      return try complete(link, talk)
    }
  }

  /// The wire brings its first bytes, and the rest when nothing moves any more.
  private func cut(_ talk: Talk, at place: Int, _ report: inout ContractReport) {
    attempt("cut in two", talk, "cut at byte \(place)", .max, &report) { link in
      link.toDeliver = place
      say(talk, link)
      link.settle(inTime: false)
      link.toDeliver = .max
      link.settle()
      return try complete(link, talk)
    }
  }

  /// The wire ends behind its first bytes.
  private func ending(_ talk: Talk, at place: Int, of length: Int, _ report: inout ContractReport) {
    guard place < length else { return }
    attempt("cut off", talk, "end at byte \(place) of \(length)", .max, &report) { link in
      link.toDeliver = place
      link.isCutOff = true
      say(talk, link)
      link.settle()
      try sound(link.far)
      guard talk.out.starts(with: link.far.read) else { throw Wrong("bytes were made up") }
      guard link.far.error != nil || link.far.isInputEnded else { throw Wrong("it neither ended nor failed") }
    }
  }

  private func flushed(_ talk: Talk, _ report: inout ContractReport) {
    attempt("flushed", talk, "without an end", .max, &report) { link in
      link.near.output.append(talk.out)
      link.near.flush()
      link.settle()
      // What a handshake held back is flushed behind it.
      link.near.flush()
      link.settle()
      try sound(link.near)
      try sound(link.far)
      if let error = link.near.error ?? link.far.error { throw Wrong("\(error)") }
      guard link.far.read == talk.out else { throw Wrong("\(link.far.read.count) of \(talk.out.count) bytes came") }
      guard !link.far.isInputEnded else { throw Wrong("it ended by itself") }
    }
  }

  /// Nobody says anything.
  private func silence(_ report: inout ContractReport) {
    attempt("in silence", Talk(out: [], back: [], name: "nothing"), "idle", .max, &report) { link in
      link.settle()
      for _ in 0..<3 {
        link.near.flush()
        link.far.flush()
        link.settle()
      }
      try sound(link.near)
      try sound(link.far)
      guard link.near.read.isEmpty, link.far.read.isEmpty else { throw Wrong("bytes were made up") }
      guard !link.near.isInputEnded, !link.far.isInputEnded else { throw Wrong("it ended by itself") }
    }
  }

  private func say(_ talk: Talk, _ link: ValueLink) {
    link.near.output.append(talk.out)
    link.far.output.append(talk.back)
    link.near.isFinishing = true
    link.far.isFinishing = true
  }

  private func complete(_ link: ValueLink, _ talk: Talk) throws {
    try sound(link.near)
    try sound(link.far)
    if let error = link.near.error { throw Wrong("the near end failed: \(error)") }
    if let error = link.far.error { throw Wrong("the far end failed: \(error)") }
    guard link.far.read == talk.out else { throw Wrong(Self.difference(link.far.read, talk.out, "far")) }
    guard link.near.read == talk.back else { throw Wrong(Self.difference(link.near.read, talk.back, "near")) }
    for (host, name) in [(link.near, "near"), (link.far, "far")] {
      guard host.isOutputFinished else { throw Wrong("the \(name) end did not finish") }
      guard host.isInputEnded else { throw Wrong("the \(name) end did not see the end of its input") }
    }
  }

  private func sound(_ host: Host) throws {
    if let fault = host.fault { throw fault }
    if let reason = host.error as? StreamError.Reason, case .noProgress = reason {
      throw Wrong.noProgress
    }
  }

  static func difference(_ got: [UInt8], _ wanted: [UInt8], _ name: String) -> String {
    let place = zip(got, wanted).enumerated().first { $1.0 != $1.1 }?.offset
    return place.map { "byte \($0) of what the \(name) end read is another" }
      ?? "the \(name) end read \(got.count) bytes of \(wanted.count)"
  }

  private func attempt(
    _ check: String, _ talk: Talk, _ position: String, _ limit: Int, _ report: inout ContractReport,
    _ body: (ValueLink) throws -> Void
  ) {
    report.run(check, "\(talk.name), \(position)", contract.seed) {
      try body(try link(talk, limit: limit))
    }
  }

  private func link(_ talk: Talk, limit: Int = .max) throws -> ValueLink {
    let most = 10_000 + 100 * (talk.out.count + talk.back.count)
    return try make(Host.Settings(limit: limit, tolerance: contract.tolerance, mostCalls: most))
  }

  private func wireLength(_ talk: Talk) -> Int {
    guard let link = try? link(talk) else { return 0 }
    say(talk, link)
    link.settle()
    return link.delivered
  }

  /// The places of a wire that are tried.
  private func places(_ length: Int) -> [Int] {
    let most = max(contract.mostPlaces, 2)
    return length < most ? Array(0...length) : (0..<most).map { $0 * length / (most - 1) }
  }
}
