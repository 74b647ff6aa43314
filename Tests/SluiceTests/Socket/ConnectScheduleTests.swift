import SluiceTesting
import Testing

@testable import Sluice

/// RFC 8305 as a plain value: no socket, no loop.
struct ConnectScheduleTests {
  private func schedule(_ unanswered: IPVersions = .both, _ change: (inout ConnectOptions) -> Void = { _ in })
    -> ConnectSchedule
  {
    var options = ConnectOptions()
    change(&options)
    return ConnectSchedule(options, unanswered: unanswered)
  }

  private func at(_ milliseconds: Int64) -> EventBase.Instant { .init(nanoseconds: milliseconds * 1_000_000) }

  /// The addresses that are tried where none ever answers, with the time of each.
  private func order(_ schedule: inout ConnectSchedule) -> [String] {
    var tried: [String] = []
    var now = at(0)
    while true {
      switch schedule.next(at: now) {
      case .attempt(let address): tried.append("\(now.nanoseconds / 1_000_000) \(address.host ?? "\(address)")")
      case .wait(let instant?): now = instant
      case .wait(nil), .exhausted: return tried
      }
    }
  }

  private let four = addresses(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"])

  @Test func `the versions take turns, a quarter of a second apart, the better one first`() {
    var mixed = schedule()
    mixed.answered(
      .both, addresses(["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2"]), at: at(0))
    #expect(
      order(&mixed) == ["0 2001:db8::1", "250 192.0.2.1", "500 2001:db8::2", "750 192.0.2.2", "1000 2001:db8::3"])
  }

  @Test func `the better version is that of the address which the resolver put first`() {
    var mixed = schedule()
    mixed.answered(.both, four, at: at(0))
    #expect(order(&mixed) == ["0 192.0.2.1", "250 2001:db8::1", "500 192.0.2.2", "750 2001:db8::2"])
  }

  @Test func `several addresses of the better version may come first`() {
    var mixed = schedule { $0.firstVersionCount = 2 }
    mixed.answered(.both, four, at: at(0))
    #expect(order(&mixed) == ["0 192.0.2.1", "250 192.0.2.2", "500 2001:db8::1", "750 2001:db8::2"])
  }

  @Test(arguments: [(Duration.zero, 10), (.milliseconds(100), 100), (.seconds(60), 2_000)])
  func `the delay between attempts keeps its bounds`(asked: Duration, kept: Int) {
    var mixed = schedule { $0.attemptDelay = asked }
    mixed.answered(.both, addresses(["192.0.2.1", "2001:db8::1"]), at: at(0))
    #expect(order(&mixed) == ["0 192.0.2.1", "\(kept) 2001:db8::1"])
  }

  @Test func `where IPv4 is told first, IPv6 has fifty milliseconds to come, and goes first if it does`() {
    var early = schedule()
    early.answered(.v4, addresses(["192.0.2.1"]), at: at(0))
    #expect(early.next(at: at(0)) == .wait(until: at(50)))
    early.answered(.v6, addresses(["2001:db8::1"]), at: at(49))
    #expect(early.next(at: at(49)) == .attempt(address("2001:db8::1")))
    #expect(early.next(at: at(49)) == .wait(until: at(299)))

    var late = schedule()
    late.answered(.v4, addresses(["192.0.2.1", "192.0.2.2"]), at: at(0))
    #expect(late.next(at: at(50)) == .attempt(address("192.0.2.1")))
    late.answered(.v6, addresses(["2001:db8::1"]), at: at(60))
    #expect(late.next(at: at(60)) == .wait(until: at(300)))
    #expect(late.next(at: at(300)) == .attempt(address("2001:db8::1")))
    #expect(late.next(at: at(550)) == .attempt(address("192.0.2.2")))
  }

  @Test func `IPv6 that is told first, or told to be none, is not waited for`() {
    var first = schedule()
    first.answered(.v6, addresses(["2001:db8::1"]), at: at(0))
    #expect(first.next(at: at(0)) == .attempt(address("2001:db8::1")))
    var none = schedule()
    none.answered(.v6, [], at: at(0))
    none.answered(.v4, addresses(["192.0.2.1"]), at: at(5))
    #expect(none.next(at: at(5)) == .attempt(address("192.0.2.1")))
  }

  @Test func `an attempt that fails lets the next one start at once`() {
    var mixed = schedule()
    mixed.answered(.both, four, at: at(0))
    #expect(mixed.next(at: at(0)) == .attempt(four[0]))
    mixed.failed(at: at(1))
    #expect(mixed.next(at: at(1)) == .attempt(four[2]))
    #expect(mixed.next(at: at(1)) == .wait(until: at(251)))
    #expect(mixed.next(at: at(251)) == .attempt(four[1]))
    // The older of two.
    mixed.failed(at: at(300))
    #expect(mixed.next(at: at(300)) == .attempt(four[3]))
    #expect(mixed.next(at: at(300)) == .wait(until: nil))
    mixed.failed(at: at(400))
    #expect(mixed.next(at: at(400)) == .wait(until: nil))
    mixed.failed(at: at(500))
    #expect(mixed.next(at: at(500)) == .exhausted)
  }

  @Test func `it is not over while an answer is to come`() {
    var mixed = schedule()
    #expect(mixed.next(at: at(0)) == .wait(until: nil))
    mixed.answered(.v6, addresses(["2001:db8::1"]), at: at(0))
    #expect(mixed.next(at: at(0)) == .attempt(address("2001:db8::1")))
    mixed.failed(at: at(1))
    #expect(mixed.next(at: at(1)) == .wait(until: nil))
    mixed.answered(.v4, [], at: at(2))
    #expect(mixed.next(at: at(2)) == .exhausted)
  }

  @Test func `the same address is tried once`() {
    var mixed = schedule()
    mixed.answered(.both, addresses(["192.0.2.1", "192.0.2.1", "2001:db8::1", "192.0.2.1"]), at: at(0))
    #expect(order(&mixed) == ["0 192.0.2.1", "250 2001:db8::1"])
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `whatever comes in whatever order, each address is tried once, and none before its time`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var run = schedule()
      var all: [IPVersions: [SocketAddress]] = [.v6: [], .v4: []]
      for number in 0..<Int.random(in: 0...9, using: &random) {
        let version: IPVersions = Bool.random(using: &random) ? .v6 : .v4
        all[version]?.append(address(version == .v6 ? "2001:db8::\(number)" : "192.0.2.\(number)"))
      }
      var toAnswer: [IPVersions] = [.v6, .v4]
      var tried: [SocketAddress] = []
      var (now, underWay, lastStart) = (Int64(0), 0, Int64(-1_000))
      var hasFailed = false
      steps: for _ in 0..<10_000 {
        switch run.next(at: at(now)) {
        case .attempt(let address):
          #expect(!tried.contains(address))
          #expect(underWay == 0 || hasFailed || now >= lastStart + 250)
          tried.append(address)
          (underWay, lastStart, hasFailed) = (underWay + 1, now, false)
        case .exhausted:
          #expect(underWay == 0 && toAnswer.isEmpty)
          break steps
        case .wait(let instant):
          if instant == nil, underWay == 0 { #expect(!toAnswer.isEmpty) }
          now += Int64.random(in: 0...200, using: &random)
          if !toAnswer.isEmpty, Bool.random(using: &random) {
            let version = toAnswer.remove(at: Int.random(in: 0..<toAnswer.count, using: &random))
            run.answered(version, all[version] ?? [], at: at(now))
          } else if underWay > 0, Int.random(in: 0..<3, using: &random) == 0 {
            underWay -= 1
            hasFailed = true
            run.failed(at: at(now))
          }
        }
      }
      #expect(Set(tried) == Set(all.values.joined()))
    }
  }
}
