#if os(Linux)
  import CSluiceSystem
  import Glibc

  /// epoll, level-triggered: the kernel keeps the list, and tells only what is ready.
  final class EpollPoller: Poller {
    private static let capacity = 256
    private let epoll: Int32
    private let tokens = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    private let ready = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)

    init() throws(EventBaseError) {
      epoll = sluice_epoll_create()
      if epoll < 0 { throw .noResources(what: "epoll descriptor", code: -epoll) }
    }

    deinit {
      if epoll >= 0 { close(epoll) }
      tokens.deallocate()
      ready.deallocate()
    }

    func watch(
      _ descriptor: Int32, for wanted: Readiness, was: Readiness, token: UInt64
    ) throws(EventBaseError) {
      let result = sluice_epoll_set(epoll, descriptor, was.rawValue, wanted.rawValue, token)
      if result < 0 { throw .noResources(what: "place for descriptor \(descriptor) in the epoll set", code: -result) }
    }

    func wait(nanoseconds: Int64, _ body: (UInt64, Readiness) -> Void) throws(EventBaseError) {
      let count = sluice_epoll_wait(epoll, tokens, ready, Int32(Self.capacity), nanoseconds)
      if count < 0 { throw .waitFailed(code: -count) }
      for index in 0..<Int(count) { body(tokens[index], Readiness(rawValue: ready[index])) }
    }
  }
#endif
