import Sluice
import StackDescription

/// What a live connection looks like from outside. A value that goes to other threads.
struct SessionState: Sendable {
  let number: UInt64
  let peer: String
  let phase: Session.Phase
  let toTarget: Int
  let toClient: Int
  let age: Duration
  /// The layers of both sides and what each waits for; empty where that was not asked for.
  let layers: String
}

extension Session {
  func state(withLayers: Bool) -> SessionState {
    var layers = ""
    if withLayers {
      for (name, event) in [("client", client), ("target", target)] {
        guard let event else { continue }
        layers += "\(name): \(String(reflecting: event))\n".replacing("\n  ", with: "\n    ")
      }
    }
    return SessionState(
      number: facts.number, peer: peer, phase: phase, toTarget: toTarget, toClient: toClient, age: age, layers: layers)
  }

  /// Adds what goes on in it now.
  func add(to gauges: inout Gauges) {
    gauges.open += 1
    if phase == .handshaking { gauges.handshaking += 1 }
    if phase == .connecting { gauges.connecting += 1 }
    var isPaused = false
    var isLimited = false
    for top in [client, target] {
      var layer = top
      while let event = layer {
        gauges.bufferedBytes += event.inputCount + event.outputCount
        if event.writeRoom <= 0 { isPaused = true }
        let reasons = event.suspensions(.both)
        if !reasons.isDisjoint(with: [.rate, .groupRate]) { isLimited = true }
        layer = event.underlying
      }
    }
    if isPaused { gauges.pausedByBackpressure += 1 }
    if isLimited { gauges.pausedByRate += 1 }
  }
}
