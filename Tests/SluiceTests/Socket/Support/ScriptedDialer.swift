import Synchronization

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// Makes connections by script, on the base's own clock, and notes what it was asked for.
final class ScriptedDialer: Dialer {
  enum Outcome: Sendable {
    case connects(after: Int)
    case fails(Int32, after: Int)
    case never
  }

  private let script: [String: Outcome]
  private let notes = Mutex<[String]>([])
  private let open = Mutex(0)

  /// Hosts without an outcome never answer.
  init(_ script: [String: Outcome] = [:]) { self.script = script }

  /// Attempts, with the milliseconds at which they began, were cancelled, or came to something.
  var log: [String] { notes.withLock { $0 } }

  /// Attempts that are under way.
  var underWay: Int { open.withLock { $0 } }

  func dial(
    _ address: SocketAddress, _ options: ConnectOptions, on base: EventBase,
    _ tell: @escaping (Result<any DialedTransport, SocketError>) -> Void
  ) -> any Dialing {
    let host = address.host ?? "\(address)"
    note("\(base.elapsed) try \(host)")
    open.withLock { $0 += 1 }
    let attempt = Attempt { [self] in
      note("\(base.elapsed) cancel \(host)")
      open.withLock { $0 -= 1 }
    }
    switch script[host] ?? .never {
    case .never: break
    case .connects(let delay):
      attempt.timer = base.schedule(after: .milliseconds(delay)) { [self] in
        note("\(base.elapsed) connected \(host)")
        end(attempt)
        tell(.success(HandTransport()))
      }
    case .fails(let code, let delay):
      attempt.timer = base.schedule(after: .milliseconds(delay)) { [self] in
        end(attempt)
        tell(.failure(SocketError(.connect, code: code, peer: "\(address)")))
      }
    }
    return attempt
  }

  private func end(_ attempt: Attempt) {
    (attempt.timer, attempt.onCancel) = (nil, nil)
    open.withLock { $0 -= 1 }
  }

  private func note(_ line: String) { notes.withLock { $0.append(line) } }

  private final class Attempt: Dialing {
    var timer: LoopTimer?
    var onCancel: (() -> Void)?

    init(onCancel: @escaping () -> Void) { self.onCancel = onCancel }

    func cancel() {
      timer?.cancel()
      onCancel?()
      (timer, onCancel) = (nil, nil)
    }
  }
}

extension HandTransport: DialedTransport {
  func attach(_ event: BufferEvent) { log.append("attach") }
}
