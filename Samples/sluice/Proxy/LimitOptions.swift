import ArgumentParser
import StackDescription

/// A time at the command line.
struct TimeOption: ExpressibleByArgument {
  let value: Duration
  /// What is wrong with what was given, and how it is written; the parser of arguments would only say that something is.
  let problem: ValueProblem?

  init(_ value: Duration) { (self.value, problem) = (value, nil) }

  init(argument: String) {
    do throws(ValueProblem) {
      (value, problem) = (try TimeSpan.parse(argument), nil)
    } catch {
      (value, problem) = (.zero, error)
    }
  }

  var defaultValueDescription: String { TimeSpan.exact(value) }
}

/// What bounds a proxy.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Connections that may be open at once; others wait in the kernel's queue.", valueName: "n"))
  var maxConnections = 10_000
  @Option(help: ArgumentHelp("Ends connections on which nothing moves for so long; 0s for never.", valueName: "time"))
  var idleTimeout = TimeOption(.seconds(3_600))
  @Option(help: ArgumentHelp("How long a connection to the target may take.", valueName: "time"))
  var connectTimeout = TimeOption(.seconds(10))
  @Option(help: ArgumentHelp("How long a handshake may take, all of it.", valueName: "time"))
  var handshakeTimeout = TimeOption(.seconds(10))
  @Option(help: ArgumentHelp("How long open connections may go on after SIGTERM.", valueName: "time"))
  var drainTimeout = TimeOption(.seconds(30))
  @Option(help: ArgumentHelp("Loops, each on a thread of its own.", valueName: "n"))
  var threads = 1

  func validate() throws {
    guard maxConnections > 0 else { throw ValidationError("--max-connections \(maxConnections): give 1 or more.") }
    guard (1...64).contains(threads) else { throw ValidationError("--threads \(threads): give 1 to 64.") }
    guard maxConnections >= threads else {
      throw ValidationError(
        "--max-connections \(maxConnections): each of --threads \(threads) needs one. Give \(threads) or more.")
    }
    let times = [
      ("idle", idleTimeout), ("connect", connectTimeout), ("handshake", handshakeTimeout), ("drain", drainTimeout),
    ]
    for (name, time) in times {
      if let problem = time.problem {
        throw ValidationError("--\(name)-timeout: \(problem.message)" + (problem.hint.map { "; \($0)" } ?? ""))
      }
    }
    for (name, time) in times[1...2] where time.value <= .zero {
      throw ValidationError("--\(name)-timeout \(TimeSpan.exact(time.value)): give more than 0s.")
    }
  }

  var limits: ProxySettings.Limits {
    get throws {
      var limits = ProxySettings.Limits()
      limits.connections = maxConnections
      limits.idle = idleTimeout.value > .zero ? idleTimeout.value : nil
      limits.connect = connectTimeout.value
      limits.handshake = handshakeTimeout.value
      limits.drain = drainTimeout.value
      limits.threads = threads
      return limits
    }
  }
}
