import StackDescription

/// What a transfer came to, filter by filter.
struct Report {
  /// One direction of a filter on one end.
  struct Row {
    /// The filter, as it was described.
    let filter: String
    /// Its place in the stack, counted from the wire.
    let place: Int
    /// `sender` or `receiver`.
    let end: String
    /// `encode`, towards the wire, or `decode`.
    let direction: String
    let flow: Meter.Flow

    /// Bytes on the application's side for a byte on the wire's; nil where one of them is 0.
    var ratio: Double? {
      let (application, wire) = direction == "encode" ? (flow.bytesIn, flow.bytesOut) : (flow.bytesOut, flow.bytesIn)
      return application > 0 && wire > 0 ? Double(application) / Double(wire) : nil
    }

    /// Bytes on the wire's side of the filter.
    var wireBytes: Int { direction == "encode" ? flow.bytesOut : flow.bytesIn }

    /// Bytes a second, on the application's side, of the time inside the filter.
    var bytesPerSecond: Double? {
      let bytes = direction == "encode" ? flow.bytesIn : flow.bytesOut
      return flow.time > .zero && bytes > 0 ? Double(bytes) / flow.time.seconds : nil
    }
  }

  let stack: String
  let source: String
  /// From the application to the wire.
  let rows: [Row]
  /// From the application to the wire, where filters made some.
  let handshakes: [Handshake]
  /// Bytes that arrived as they were sent.
  let bytes: Int
  /// The most bytes that were under way at a time.
  let mostUnderWay: Int
  let elapsed: Duration
  /// Bytes a second on the wire's side of a filter over the whole transfer: the rate that a limit kept.
  func wireRate(of row: Row) -> Double? {
    elapsed > .zero && row.wireBytes > 0 ? Double(row.wireBytes) / elapsed.seconds : nil
  }

  /// Why it failed; nil where all arrived as it was sent.
  let problem: String?

  init(_ transfer: Transfer, stack: DescribedStack, source: String, problem: String?) {
    self.stack = stack.description
    self.source = source
    self.problem = problem
    bytes = transfer.confirmed
    mostUnderWay = transfer.mostUnderWay
    elapsed = transfer.elapsed
    let filters = Array(zip(stack.filters, zip(transfer.sending, transfer.receiving)).enumerated())
    rows = filters.reversed().flatMap { place, filter -> [Row] in
      let (described, (sending, receiving)) = filter
      func row(_ end: String, _ direction: String, _ flow: Meter.Flow) -> Row {
        Row(filter: described.description, place: place + 1, end: end, direction: direction, flow: flow)
      }
      // The other way round there is something only where filters talk to each other, as in a handshake.
      let back = [row("sender", "decode", sending.decoding), row("receiver", "encode", receiving.encoding)]
        .filter { $0.flow.bytesIn > 0 || $0.flow.bytesOut > 0 }
      return [row("sender", "encode", sending.encoding), row("receiver", "decode", receiving.decoding)] + back
    }
    handshakes = filters.reversed().flatMap { place, filter in
      let (described, (sending, receiving)) = filter
      return [(Site.sender, sending), (.receiver, receiving)].compactMap { end, meter in
        Handshake(described.description, place: place + 1, end, meter)
      }
    }
  }
}
