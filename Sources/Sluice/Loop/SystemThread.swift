import CSluiceSystem

/// A thread of the system that runs one closure. Join or detach it, once.
struct SystemThread: Sendable {
  private let id: UInt

  /// Starts the thread. Its name is cut to 15 bytes.
  init(name: String, _ body: @escaping @Sendable () -> Void) throws(EventBaseError) {
    let passed = Unmanaged.passRetained(Body(run: body))
    var id: UInt = 0
    let result = sluice_thread_start(
      name, { context in if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() } },
      passed.toOpaque(), &id)
    if result < 0 {
      passed.release()
      throw .noResources(what: "thread", code: -result)
    }
    self.id = id
  }

  func join() { _ = sluice_thread_join(id) }

  func detach() { _ = sluice_thread_detach(id) }

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
