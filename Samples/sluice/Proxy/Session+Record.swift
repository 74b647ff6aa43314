import Sluice
import SluiceTLS
import StackDescription

extension Session {
  /// The line that is logged when it is over.
  func fields(_ reason: EndReason, _ error: String?) -> LogFields {
    var fields: LogFields = [("conn", "\(facts.number)"), ("peer", peer)]
    if let source = facts.source, source != peerAddress { fields.append(("proxied", "\(source)")) }
    if let info = client?.tlsInfo {
      if let name = info.serverName { fields.append(("sni", name)) }
      fields += [("tls", version(info)), ("cipher", info.cipher), ("resumed", info.isResumed ? "yes" : "no")]
      if let name = info.applicationProtocol { fields.append(("alpn", name)) }
      if let time = info.handshakeTime { fields.append(("hs", TimeSpan.rounded(time))) }
    }
    if let info = target?.tlsInfo { fields.append(("target_tls", version(info))) }
    fields += [
      ("in", ByteCount.rounded(Double(toTarget))), ("out", ByteCount.rounded(Double(toClient))),
      ("dur", TimeSpan.rounded(age)), ("end", "\(reason)"),
    ]
    if let error { fields.append(("error", error)) }
    return fields
  }

  /// Who the client is, as far as that is known.
  var peer: String { peerAddress?.description ?? worker.chains.listener.address.description }

  private func version(_ info: TLSInfo) -> String { String("\(info.version)".dropFirst("TLS ".count)) }

  /// Adds what it came to, at its end.
  func addTotals(to counters: inout Counters, _ reason: EndReason) {
    counters.ended[reason.label, default: 0] += 1
    counters.toTargets += toTarget
    counters.toClients += toClient
    addStages(to: &counters)
  }

  /// Adds the bytes that went through its filters.
  func addStages(to counters: inout Counters) {
    for (side, filters, meters) in metered {
      for (place, (filter, meter)) in zip(filters, meters).enumerated() {
        for (direction, flow) in [("encode", meter.encoding), ("decode", meter.decoding)] {
          let stage = Counters.Stage(
            side: side.rawValue, place: place + 1, filter: filter.name, direction: direction)
          counters.stages[stage, default: .init()].into += flow.bytesIn
          counters.stages[stage, default: .init()].out += flow.bytesOut
        }
      }
    }
  }
}
