import StackDescription

/// Live connections with their layers, for people.
enum ConnectionList {
  static func text(_ connections: [SessionState]) -> String {
    guard !connections.isEmpty else { return "no connections\n" }
    let blocks = connections.map { state in
      let layers = state.layers.split(separator: "\n").map { "  \($0)\n" }.joined()
      return "conn=\(state.number) peer=\(state.peer) phase=\(state.phase.rawValue)"
        + " in=\(ByteCount.rounded(Double(state.toTarget))) out=\(ByteCount.rounded(Double(state.toClient)))"
        + " age=\(TimeSpan.rounded(state.age))\n" + layers
    }
    return blocks.joined() + "\(connections.count) connection\(connections.count == 1 ? "" : "s")\n"
  }
}
