#if os(Linux)
  import CSluiceSystem
  import Glibc

  /// epoll, level-triggered: the kernel keeps the list, and tells only what is ready.
  final class EpollPoller: Poller {
    private let epoll: Int32
    private let ready = UnsafeMutablePointer<sluice_ready>.allocate(capacity: Int(SLUICE_MOST_READY.rawValue))

    init() throws(EventBaseError) {
      epoll = sluice_epoll_create()
      if epoll < 0 { throw .noResources(what: "epoll descriptor", code: -epoll) }
    }

    deinit {
      if epoll >= 0 { close(epoll) }
      ready.deallocate()
    }

    func watch(
      _ descriptor: Int32, for wanted: Readiness, was: Readiness, token: UInt64
    ) throws(EventBaseError) {
      let result = sluice_epoll_set(epoll, descriptor, was.rawValue, wanted.rawValue, token)
      if result < 0 { throw .noResources(what: "place for descriptor \(descriptor) in the epoll set", code: -result) }
    }

    func wait(nanoseconds: Int64) throws(EventBaseError) -> UnsafeBufferPointer<sluice_ready> {
      let count = sluice_epoll_wait(epoll, ready, nanoseconds)
      if count < 0 { throw .waitFailed(code: -count) }
      return UnsafeBufferPointer(start: ready, count: Int(count))
    }
  }
#endif
