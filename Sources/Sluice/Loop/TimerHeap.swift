/// The armed timers of a base: a heap with four children a node, ordered by deadline, then by the order of arming.
///
/// It holds a reference to each timer in it, and each timer knows its place, so re-arming and cancelling are O(log n).
/// References are counted by hand, and a timer is never let go of in here: that may run the user's code, which may come back.
struct TimerHeap {
  private struct Entry {
    var deadline: Int64
    var sequence: UInt64
    let timer: Unmanaged<LoopTimer>

    @inline(__always) func isBefore(_ other: Entry) -> Bool {
      deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence
    }
  }

  private var entries: [Entry] = []
  /// The number that the next timer to be armed gets.
  private(set) var nextSequence: UInt64 = 0
  /// While timers fire, the time they fire for: one that is armed for the past meanwhile stands behind what is due.
  var floor = Int64.min
  #if DEBUG
    /// How often two timers were compared, for tests.
    private(set) var comparisons = 0
  #endif

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }
  /// When the first timer is due.
  var firstDeadline: Int64? { entries.first?.deadline }

  /// Arms `timer`, in place of what it was armed for.
  mutating func insert(_ timer: LoopTimer, at deadline: Int64) {
    let deadline = max(deadline, floor)
    let sequence = nextSequence
    nextSequence &+= 1
    if timer.heapIndex >= 0 {
      let entry = Entry(deadline: deadline, sequence: sequence, timer: .passUnretained(timer))
      settle(entry, at: timer.heapIndex)
    } else {
      let entry = Entry(deadline: deadline, sequence: sequence, timer: .passRetained(timer))
      entries.append(entry)
      settle(entry, at: entries.count - 1)
    }
  }

  /// Disarms `timer`. The caller gets the heap's reference, where it was armed, to let go of it outside.
  mutating func remove(_ timer: LoopTimer) -> Unmanaged<LoopTimer>? {
    let index = timer.heapIndex
    guard index >= 0 else { return nil }
    timer.heapIndex = -1
    let last = entries.removeLast()
    if index < entries.count { settle(last, at: index) }
    // What a million timers took is not kept when they are gone.
    if entries.isEmpty, entries.capacity > 4096 { entries = [] }
    return .passUnretained(timer)
  }

  /// Takes the first timer off where it is due at `now` and was armed before `sequence`.
  mutating func takeDue(at now: Int64, armedBefore sequence: UInt64) -> (timer: LoopTimer, deadline: Int64)? {
    guard let first = entries.first, first.deadline <= now, first.sequence < sequence else { return nil }
    guard let timer = remove(first.timer._withUnsafeGuaranteedRef { $0 }) else { return nil }
    return (timer.takeRetainedValue(), first.deadline)
  }

  /// Takes all timers off; the caller lets go of them.
  mutating func removeAll() -> [LoopTimer] {
    let all = entries
    entries = []
    return all.map { entry in
      let timer = entry.timer.takeRetainedValue()
      timer.heapIndex = -1
      return timer
    }
  }

  /// Finds the place of `entry`, for which `start` is free, and puts it there.
  private mutating func settle(_ entry: Entry, at start: Int) {
    var compared = 0
    entries.withUnsafeMutableBufferPointer { entries in
      var index = start
      while index > 0 {
        let parent = (index - 1) / 4
        compared &+= 1
        guard entry.isBefore(entries[parent]) else { break }
        Self.place(entries[parent], at: index, in: entries)
        index = parent
      }
      // What has risen stands above all that is below its new place.
      while index >= start {
        let first = index * 4 + 1
        guard first < entries.count else { break }
        var least = first
        var child = first + 1
        while child < min(first + 4, entries.count) {
          compared &+= 1
          if entries[child].isBefore(entries[least]) { least = child }
          child += 1
        }
        compared &+= 1
        guard entries[least].isBefore(entry) else { break }
        Self.place(entries[least], at: index, in: entries)
        index = least
      }
      Self.place(entry, at: index, in: entries)
    }
    #if DEBUG
      comparisons += compared
    #endif
  }

  @inline(__always)
  private static func place(_ entry: Entry, at index: Int, in entries: UnsafeMutableBufferPointer<Entry>) {
    entries[index] = entry
    entry.timer._withUnsafeGuaranteedRef { $0.heapIndex = index }
  }
}
