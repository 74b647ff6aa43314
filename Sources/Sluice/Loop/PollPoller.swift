import CSluiceSystem

/// poll(2): a list of all watched descriptors goes to the kernel each time.
final class PollPoller: Poller {
  private var interests: [sluice_interest] = []
  private var tokens: [UInt64] = []
  private var places: [Int32: Int] = [:]

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

  func wait(nanoseconds: Int64, _ body: (UInt64, Readiness) -> Void) throws(EventBaseError) {
    let result = interests.withUnsafeMutableBufferPointer {
      sluice_poll($0.baseAddress, Int32($0.count), nanoseconds)
    }
    if result < 0 { throw .waitFailed(code: -result) }
    if result == 0 { return }
    // The list may change in the calls.
    let ready = zip(tokens, interests).filter { $0.1.ready != 0 }
    for (token, interest) in ready { body(token, Readiness(rawValue: interest.ready)) }
  }
}
