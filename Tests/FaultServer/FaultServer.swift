import Glibc
import Sluice

/// An echo server that says on standard output what it sees, for tests that break its system calls from outside.
///
/// `FaultServer [MAXIMUM]`: says `ready ADDRESS`, then a line for each thing that happens. `connect ADDRESS` on standard input has
/// it connect, and say what came of it; `relay ADDRESS` has it relay the next connections there, and `send PATH` send them a file,
/// in place of an echo. Any other line has it say its figures; the end of standard input ends it.
@main
struct FaultServer {
  static func main() throws {
    let base = EventBase()
    let console = try base.adopt(reading: 0, writing: 1)
    var options = ListenerOptions()
    options.maximumConnections = CommandLine.arguments.dropFirst().first.flatMap { Int($0) }
    var taken = 0
    var target: SocketAddress?
    var file: OpenFile?
    let listener = try base.listen(at: .loopback(), options: options) { event, _ in
      taken += 1
      let number = taken
      if let target {
        event.relay(to: base.connect(to: target)) { relay in
          console.write("connection \(number): relay \(relay.outcome.map { "\($0)" } ?? "")\n")
        }
        return
      }
      event.onRead = { $0.write(&$0.input) }
      event.onEvent = { event, what in
        console.write("connection \(number): \(words(what))\n")
        event.close()
      }
      if let file { _ = try? event.write(file: file) }
    }
    listener.onError = { console.write("listener: \($1)\n") }
    console.onRead = { console in
      while let line = console.input.readLine() {
        let words = line.split(separator: " ")
        switch words.first {
        case "connect": if let address = SocketAddress(String(words[1])) { connect(to: address, console) }
        case "relay": target = SocketAddress(String(words[1]))
        case "send": file = try? OpenFile(path: String(words[1]))
        default: console.write(figures(listener))
        }
      }
    }
    console.onEvent = { console, _ in
      console.write(figures(listener))
      // Whatever a fault has it still do.
      exit(EXIT_SUCCESS)
    }
    console.write("ready \(listener.address)\n")
    try base.run()
  }

  private static func connect(to address: SocketAddress, _ console: BufferEvent) {
    let event = console.base.connect(to: address)
    event.write("hello")
    event.onEvent = { event, what in
      if case .error(let error) = what {
        console.write("connecting: \(error)\n")
      } else {
        console.write("connecting: \(words(what))\n")
      }
      event.close()
    }
  }

  private static func words(_ event: StreamEvent) -> String {
    guard case .error(let error) = event else { return "\(event)" }
    return "error \(error.code ?? 0) while \(error.direction)"
  }

  private static func figures(_ listener: Listener) -> String {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    let microseconds = time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    let counts = listener.counts
    return "figures open=\(listener.openConnections) accepted=\(counts.accepted) shed=\(counts.shed) "
      + "errors=\(counts.errors) rounds=\(listener.base.rounds) cpu=\(microseconds)\n"
  }
}
