import Logging
import Sluice
import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ProxyProcess {
  /// What signals do, for a help page.
  static let signals = """
    SIGTERM, SIGINT  take no more, let what is open finish, exit; twice: at once
    SIGHUP           read files of descriptions, certificates and keys anew
    SIGUSR2          print what is open, and what each layer waits for
    """

  /// Has the process do what signals ask for.
  func obeySignals() throws {
    for signal in [SIGTERM, SIGINT] { try base.onSignal(signal) { [unowned self] in drain() } }
    try base.onSignal(SIGHUP) { [unowned self] in reload() }
    try base.onSignal(SIGUSR2) { [unowned self] in printConnections() }
  }

  /// Has all workers read their descriptions anew, if they can be read.
  private func reload() {
    do throws(ToolError) {
      let fresh = try Chains(settings)
      let plan = try fresh.plan(for: settings)
      guard plan.endpoint == endpoint else {
        throw .configuration(
          "LISTEN \(fresh.listener.address): where it listens cannot change while the proxy runs. Start it anew.")
      }
      for warning in fresh.warnings { logger.line(.warning, warning) }
    } catch {
      return logger.line(.error, "not reloaded; the old settings stay", [("error", "\(error)")])
    }
    gather { worker -> String? in
      do throws(ToolError) {
        try worker.reload()
        return nil
      } catch {
        return "\(error)"
      }
    } then: { [unowned self] problems in
      if let problem = problems.compactMap({ $0 }).first {
        logger.line(.error, "not reloaded; the old settings stay", [("error", problem)])
      } else {
        logger.line(.notice, "reloaded")
      }
    }
  }

  private func printConnections() {
    gather {
      $0.states(withLayers: true)
    } then: { states in
      let list = ConnectionList.text(states.flatMap { $0 })
      for line in list.split(separator: "\n") { LogOutput.write(String(line)) }
    }
  }
}
