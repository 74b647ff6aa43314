/// The armed timers of a base: a heap with four children a node, ordered by deadline, then by the order of arming.
///
/// It holds a reference to each timer in it, and each timer knows its place, so re-arming and cancelling are O(log n).
struct TimerHeap {
  private struct Entry {
    var deadline: Int64
    var sequence: UInt64
    let timer: LoopTimer

    func isBefore(_ other: Entry) -> Bool {
      deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence
    }
  }

  private var entries: [Entry] = []
  /// The number that the next timer to be armed gets.
  private(set) var nextSequence: UInt64 = 0

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }
  /// When the first timer is due.
  var firstDeadline: Int64? { entries.first?.deadline }

  mutating func insert(_ timer: LoopTimer, at deadline: Int64) {
    let sequence = nextSequence
    nextSequence &+= 1
    if timer.heapIndex >= 0 {
      let index = timer.heapIndex
      entries[index].deadline = deadline
      entries[index].sequence = sequence
      settle(index)
    } else {
      timer.heapIndex = entries.count
      entries.append(Entry(deadline: deadline, sequence: sequence, timer: timer))
      rise(timer.heapIndex)
    }
  }

  mutating func remove(_ timer: LoopTimer) {
    let index = timer.heapIndex
    guard index >= 0 else { return }
    timer.heapIndex = -1
    let last = entries.removeLast()
    guard index < entries.count else { return }
    entries[index] = last
    last.timer.heapIndex = index
    settle(index)
  }

  /// Takes the first timer off where it is due at `now` and was armed before `sequence`.
  mutating func takeDue(at now: Int64, armedBefore sequence: UInt64) -> (timer: LoopTimer, deadline: Int64)? {
    guard let first = entries.first, first.deadline <= now, first.sequence < sequence else { return nil }
    remove(first.timer)
    return (first.timer, first.deadline)
  }

  /// Takes all timers off.
  mutating func removeAll() {
    let all = entries
    entries = []
    for entry in all { entry.timer.heapIndex = -1 }
  }

  private mutating func settle(_ index: Int) {
    rise(index)
    sink(index)
  }

  private mutating func rise(_ start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 4
      guard entries[index].isBefore(entries[parent]) else { return }
      swap(index, parent)
      index = parent
    }
  }

  private mutating func sink(_ start: Int) {
    var index = start
    while true {
      var least = index
      for child in index * 4 + 1..<min(index * 4 + 5, max(entries.count, index * 4 + 1))
      where entries[child].isBefore(entries[least]) {
        least = child
      }
      guard least != index else { return }
      swap(index, least)
      index = least
    }
  }

  private mutating func swap(_ left: Int, _ right: Int) {
    entries.swapAt(left, right)
    entries[left].timer.heapIndex = left
    entries[right].timer.heapIndex = right
  }
}
