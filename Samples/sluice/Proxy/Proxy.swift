import ArgumentParser
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

/// `sluice proxy`: takes connections, makes one to a target for each, and joins the two, with filters on both sides.
struct Proxy: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Joins the connections that it takes with ones that it makes, through filters on both sides.",
    usage: "sluice proxy [<options>] <LISTEN> <TARGET>",
    discussion: """
      LISTEN and TARGET are an address with filters over it, from the wire upwards.
      Terminate TLS:
        sluice proxy '127.0.0.1:8443 | tls(server.pem)' localhost:8080
      Make TLS to the target, and compress above it:
        sluice proxy :9000 'backup.example:9001 | tls | gzip'
      The other end of that, with a limit for all connections together:
        sluice proxy ':9001 | tls(server.pem) | gzip | group(10MiB/s)' unix:db.sock
      @FILE reads a description from a file.

      \(Help.addresses)

      \(Help.signals)

      \(Help.ends)

      Filters with their parameters: sluice filters.
      """)

  @Argument(help: "What to listen at.") var listen: String
  @Argument(help: "What to connect to.") var target: String
  @OptionGroup(title: "Limits and timeouts") var limits: LimitOptions
  @OptionGroup(title: "Watching it") var watching: WatchOptions
  @Flag(help: "Let a listener that does not encrypt be reached from other machines.") var allowPlaintext = false
  @Flag(help: "Print the two stacks with all that is in effect, and end.") var explain = false

  // Nothing here waits for the main actor: the loops run on threads of their own.
  nonisolated func run() throws { try reporting { try start() } }

  private nonisolated func start() throws {
    // A log that nobody reads any more stops nobody: writing fails then.
    signal(SIGPIPE, SIG_IGN)
    let logger = watching.logger
    var settings = ProxySettings(listener: ChainText(listen), target: ChainText(target), logger: logger)
    settings.limits = try limits.limits
    settings.allowsPlaintext = allowPlaintext
    // What is wrong with the descriptions is told before anything is started.
    let chains = try Chains(settings)
    if explain { return print(chains.explanation) }
    try chains.checkDescriptors()
    let plan = try chains.plan(for: settings)
    if let notice = plan.notice { logger.line(.notice, notice) }
    for warning in chains.warnings { logger.line(.warning, warning) }
    Descriptors.raiseLimit()
    let process = ProxyProcess(settings, listeningAt: plan.endpoint)
    try process.obeySignals()
    let metrics = try watching.metrics.map { address in
      do throws(SocketError) {
        return try MetricsServer(process, at: address)
      } catch {
        throw ToolError.failed("--metrics \(address): \(error)")
      }
    }
    let ownsOutput = chains.ownsOutput
    process.onReady = { addresses in
      let parts = addresses.map { " listen=\($0)" } + (metrics.map { [" metrics=\($0.address)"] } ?? [])
      let line = "ready" + parts.joined() + "\n"
      if ownsOutput { writeError(line) } else { writeOutput(line) }
    }
    let table = watching.watch ? LiveTable(process) : nil
    if watching.watch, table == nil {
      logger.line(.warning, "--watch: standard output is no terminal; nothing is shown")
    }
    defer { table?.close() }
    try process.run()
    withExtendedLifetime(metrics) {}
  }
}
