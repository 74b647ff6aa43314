import SluiceTesting
import Testing

@testable import Sluice

struct TimerHeapTests {
  @Test func `a million timers are armed, half of them cancelled, and the rest fires in order`() throws {
    let count = 1_000_000
    let base = EventBase(clock: .virtual)
    var random = SeededGenerator(seed: 1)
    let fired = Counter()
    var last: (instant: Int64, number: Int) = (-1, -1)
    var isOrdered = true
    var timers: [LoopTimer] = []
    timers.reserveCapacity(count)
    for number in 0..<count {
      // Few different instants, so that the order of arming matters too.
      let instant = Int64(random.next() % 100_000)
      let timer = LoopTimer(base: base) {
        isOrdered = isOrdered && last < (instant, number)
        last = (instant, number)
        fired.value += 1
      }
      timer.arm(at: .at(instant))
      timers.append(timer)
    }
    #expect(base.timers.count == count)
    // All over the heap: the factor has no divisor in common with the count.
    for step in 0..<count / 2 { timers[step * 7_368_787 % count].cancel() }
    timers = []
    #expect(base.timers.count == count / 2)
    try base.run()
    #expect(isOrdered)
    #expect(fired.value == count / 2)
    #expect(base.timers.isEmpty)
    #expect(base.ledger.isBalanced)
  }

  #if DEBUG
    // Four children a node: log4 n levels, on each at most four comparisons down, and one up.
    @Test(arguments: [1000, 100_000])
    func `arming, re-arming, cancelling and firing are O(log n)`(count: Int) {
      let levels = (2 * count.bitWidth - 2 * count.leadingZeroBitCount) / 4 + 1
      var heap = TimerHeap()
      let base = EventBase(clock: .virtual)
      var random = SeededGenerator(seed: 2)
      var most = 0
      func counted(_ body: () -> Void) {
        let before = heap.comparisons
        body()
        most = max(most, heap.comparisons - before)
      }
      let timers = (0..<count).map { _ in LoopTimer(base: base) {} }
      // Descending, so that each rises to the top.
      for (number, timer) in timers.enumerated() { counted { heap.insert(timer, at: Int64(-number)) } }
      for timer in timers { counted { heap.insert(timer, at: Int64(random.next() % 1000)) } }
      for timer in timers.shuffled(using: &random).prefix(count / 2) { counted { heap.remove(timer)?.release() } }
      while !heap.isEmpty { counted { _ = heap.takeDue(at: .max, armedBefore: .max) } }
      #expect(most <= 5 * levels)
      #expect(most >= levels / 2)
    }
  #endif

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `the heap does what a sorted list would do`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let base = EventBase(clock: .virtual)
    let timers = (0..<40).map { _ in LoopTimer(base: base) {} }
    var heap = TimerHeap()
    var model: [(deadline: Int64, sequence: UInt64, index: Int)] = []
    for step in 0..<300 {
      let index = Int.random(in: timers.indices, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1:
        let deadline = Int64.random(in: 0..<20, using: &random)
        model.removeAll { $0.index == index }
        model.append((deadline, heap.nextSequence, index))
        heap.insert(timers[index], at: deadline)
      case 2:
        #expect((heap.remove(timers[index])?.release() != nil) == model.contains { $0.index == index })
        model.removeAll { $0.index == index }
      default:
        let first = model.min { ($0.deadline, $0.sequence) < ($1.deadline, $1.sequence) }
        let due = first.flatMap { $0.deadline <= 10 ? $0 : nil }
        let taken = heap.takeDue(at: 10, armedBefore: .max)
        #expect(taken?.timer === due.map { timers[$0.index] } && taken?.deadline == due?.deadline, "step \(step)")
        if let due { model.removeAll { $0.index == due.index } }
      }
      #expect(heap.count == model.count)
      #expect(timers.indices.allSatisfy { index in timers[index].isArmed == model.contains { $0.index == index } })
    }
    _ = heap.removeAll()
    #expect(!timers.contains { $0.isArmed })
  }
}
