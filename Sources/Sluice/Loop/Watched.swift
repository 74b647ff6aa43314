/// Something with a descriptor that a base watches: a socket, a listener, a mailbox.
///
/// The base keeps it alive while it is watched for anything.
public class Watched {
  final let descriptor: Int32
  /// What the base watches it for. Changed by the base alone.
  final var wanted: Readiness = []
  /// Whether the loop goes on for its sake; false for what waits beside the work, as mail and signals do.
  final let keepsRunning: Bool
  /// The number of its registration, and its descriptor.
  final var token: UInt64 = 0

  init(descriptor: Int32, keepsRunning: Bool = true) {
    self.descriptor = descriptor
    self.keepsRunning = keepsRunning
  }

  /// The descriptor is ready. Called from the loop, with no user code below it on the stack.
  func isReady(_ readiness: Readiness) {}

  /// The base ends, and watches no more: gives the descriptor back, where it is this one's own.
  func abandon() {}
}

extension EventBase {
  /// Has `watched` told when it is ready for `wanted`; nothing ends it. Makes a system call only where something changes.
  func watch(_ watched: Watched, for wanted: Readiness) throws(EventBaseError) {
    guard wanted != watched.wanted else { return }
    try watchList.set(watched, for: wanted, kind: pollerKind)
  }
}
