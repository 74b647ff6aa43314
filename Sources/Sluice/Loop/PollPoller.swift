import CSluiceSystem

/// poll(2): a list of all watched descriptors goes to the kernel each time.
final class PollPoller: Poller {
  private var interests: [sluice_interest] = []
  private var tokens: [UInt64] = []
  private var places: [Int32: Int] = [:]
  /// As long as the list was at the last wait.
  private var ready = UnsafeMutableBufferPointer<sluice_ready>(start: nil, count: 0)

  deinit { ready.deallocate() }

  func watch(_ descriptor: Int32, for wanted: Readiness, was: Readiness, token: UInt64) {
    if let place = places[descriptor] {
      if wanted.isEmpty { return remove(descriptor, at: place) }
      interests[place].wanted = wanted.rawValue
      tokens[place] = token
    } else if !wanted.isEmpty {
      places[descriptor] = interests.count
      interests.append(sluice_interest(descriptor: descriptor, wanted: wanted.rawValue, ready: 0))
      tokens.append(token)
    }
  }

  private func remove(_ descriptor: Int32, at place: Int) {
    places[descriptor] = nil
    let last = interests.count - 1
    if place != last {
      interests[place] = interests[last]
      tokens[place] = tokens[last]
      places[interests[place].descriptor] = place
    }
    interests.removeLast()
    tokens.removeLast()
  }

  func wait(nanoseconds: Int64) throws(EventBaseError) -> UnsafeBufferPointer<sluice_ready> {
    let result = interests.withUnsafeMutableBufferPointer {
      sluice_poll($0.baseAddress, Int32($0.count), nanoseconds)
    }
    if result < 0 { throw .waitFailed(code: -result) }
    if ready.count < interests.count {
      ready.deallocate()
      ready = .allocate(capacity: interests.count * 2)
    }
    var used = 0
    for (place, interest) in interests.enumerated() where result > 0 && interest.ready != 0 {
      ready.initializeElement(at: used, to: sluice_ready(token: tokens[place], what: interest.ready))
      used += 1
    }
    return UnsafeBufferPointer(rebasing: ready[..<used])
  }
}
