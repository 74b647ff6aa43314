extension EventBase {
  /// How many of a kind (deferred entries, timers, letters) run before the other kinds have their turn.
  private static let batch = 256
  /// How many rounds a run that is over on a real clock does for what is still due.
  private static let lateRounds = 16

  /// What ends a run, besides `stop()`.
  private enum Goal {
    case nothingLeft
    case idle
    case once
    case instant(Int64)
    case stop
  }

  /// Runs the loop until nothing is left to do: nothing deferred, no timer armed, no mail, no descriptor, no reply owed. Then it
  /// returns; idle pairs keep no loop alive, and neither does a handle. With a virtual clock, time jumps from timer to timer.
  /// libevent: `event_base_dispatch`.
  ///
  /// - Parameter maximumSteps: how many callbacks may run, and descriptors be told that they are ready, before this gives up,
  ///   so that a test of two ends that answer each other for ever fails instead of hanging.
  /// - Throws: `EventBaseError` where the loop is running already, where the system cannot wait, or `.stillBusy` where work is
  ///   due after `maximumSteps`; that work stays due.
  public func run(maximumSteps: Int = .max) throws(EventBaseError) { try run(.nothingLeft, maximumSteps) }

  /// Runs everything that is due now, and what becomes due through it, without waiting and without moving a virtual clock.
  /// libevent: `event_base_loop(EVLOOP_NONBLOCK)`, until it does nothing.
  ///
  /// - Parameter maximumSteps: as in `run(maximumSteps:)`.
  /// - Throws: as `run(maximumSteps:)`.
  public func runUntilIdle(maximumSteps: Int = .max) throws(EventBaseError) { try run(.idle, maximumSteps) }

  /// Makes one round: runs what is due, a batch of each kind; where nothing is, waits for the first thing that will be, and
  /// runs that. Returns at once where there is nothing to wait for. For loops of one's own, and tests that look at the state
  /// in between. libevent: `event_base_loop(EVLOOP_ONCE)`.
  ///
  /// - Throws: as `run(maximumSteps:)`.
  public func runOnce() throws(EventBaseError) { try run(.once, .max) }

  /// Runs the loop until its clock reaches `instant`; a monotonic clock waits for it, a virtual one jumps there from timer to
  /// timer. Timers due at `instant` fire, and what they cause is done. libevent: `event_base_loopexit`.
  ///
  /// A virtual clock stands still while anything is due. A monotonic one does not, so a loop that never falls idle still
  /// returns: soon after `instant`, with work left due.
  ///
  /// - Parameters:
  ///   - instant: where to stop; one that has passed runs what is due.
  ///   - maximumSteps: as in `run(maximumSteps:)`.
  /// - Throws: as `run(maximumSteps:)`.
  public func run(until instant: Instant, maximumSteps: Int = .max) throws(EventBaseError) {
    try run(.instant(instant.nanoseconds), maximumSteps)
  }

  /// Runs the loop for `duration` from now, as `run(until:maximumSteps:)`.
  ///
  /// - Parameters:
  ///   - duration: how long.
  ///   - maximumSteps: as in `run(maximumSteps:)`.
  /// - Throws: as `run(maximumSteps:)`.
  public func run(for duration: Duration, maximumSteps: Int = .max) throws(EventBaseError) {
    try run(until: now.advanced(by: duration), maximumSteps: maximumSteps)
  }

  /// Runs the loop until `stop()`, waiting for mail while nothing is due. This is what a loop thread does. With a virtual
  /// clock it jumps from timer to timer, and waits only where none is armed.
  /// libevent: `event_base_loop(EVLOOP_NO_EXIT_ON_EMPTY)`.
  ///
  /// - Throws: as `run(maximumSteps:)`; `.stopped` where the base was shut down.
  public func runUntilStopped() throws(EventBaseError) { try run(.stop, .max) }

  private func run(_ goal: Goal, _ limit: Int) throws(EventBaseError) {
    guard !isRunning else { throw .alreadyRunning }
    if case .stop = goal {
      // Nobody could end it.
      guard !isShutDown else { throw .stopped }
      _ = handle
    }
    isRunning = true
    stopRequested = false
    stepsLeft = limit
    defer { endRun() }
    var lateRounds = 0
    var hasWaited = false
    while true {
      roundCount &+= 1
      isTimeFresh = false
      if mailbox != nil { stepsLeft -= deliverMail(upTo: min(Self.batch, stepsLeft)) }
      if !timers.isEmpty { stepsLeft -= fireDueTimers(upTo: min(Self.batch, stepsLeft)) }
      if !queue.isEmpty { runDeferred(upTo: Self.batch) }
      if stopRequested { return }
      // Descriptors get their turn however much deferred work there is.
      if !queue.isEmpty { try pollNow() }
      if case .once = goal, hasWaited || stepsLeft < limit { return }
      if hasDueWork {
        if stepsLeft <= 0 { throw .stillBusy(steps: limit) }
        if isPast(goal) { lateRounds += 1 }
        if lateRounds > Self.lateRounds { return }
      } else {
        guard try goOn(towards: goal) else { return }
        hasWaited = true
        if stepsLeft < 0 { throw .stillBusy(steps: limit) }
      }
    }
  }

  private func endRun() {
    emptyRetired()
    isRunning = false
    isTimeFresh = false
    if isShutDown { letGo() }
  }

  /// Runs a batch of the queue. No system call, and no look at the clock.
  func runDeferred(upTo limit: Int) {
    var left = min(limit, stepsLeft)
    stepsLeft &-= left
    while left > 0, !stopRequested, let work = queue.takeFirst() {
      left &-= 1
      work.run()
      if !retired.isEmpty { emptyRetired() }
    }
    stepsLeft &+= left
  }

  /// Lets go of what callbacks let go of, now that they have returned.
  func emptyRetired() {
    while !retired.isEmpty {
      let gone = retired
      retired = []
      _ = consume gone
    }
  }

  private func fireDueTimers(upTo limit: Int) -> Int {
    let now = currentTime()
    // A timer that arms itself anew for now waits for the next round: I/O and deferred work come in between. One that arms
    // itself for the past stands in line with it, and holds up nobody.
    let sequence = timers.nextSequence
    timers.floor = now
    defer { timers.floor = .min }
    var fired = 0
    while fired < limit, !stopRequested, let (timer, deadline) = timers.takeDue(at: now, armedBefore: sequence) {
      timer.rearm(due: deadline, now: now)
      timer.action()
      fired &+= 1
      if !retired.isEmpty { emptyRetired() }
    }
    return fired
  }

  /// Whether a real clock has passed the end of the run. Virtual time waits for what is due.
  private func isPast(_ goal: Goal) -> Bool {
    guard case .instant(let end) = goal, clock == .monotonic else { return false }
    return currentTime() >= end
  }

  private var hasDueWork: Bool {
    if !queue.isEmpty || (mailbox != nil && hasMail) { return true }
    if timers.isEmpty { return false }
    guard let deadline = timers.firstDeadline else { return false }
    return deadline <= currentTime()
  }

  /// With nothing due: jumps, or waits for the next timer or mail. False when the run has reached its goal.
  private func goOn(towards goal: Goal) throws(EventBaseError) -> Bool {
    let next = timers.isEmpty ? nil : timers.firstDeadline
    switch goal {
    case .idle:
      // What the kernel holds for us is due as well.
      return try pollNow()
    case .nothingLeft, .once:
      if let next { try advance(to: next) } else if isAwaitingOthers { try wait(until: nil) } else { return false }
    case .instant(let end):
      guard currentTime() < end else { return false }
      try advance(to: min(next ?? end, end))
    case .stop:
      if let next { try advance(to: next) } else { try wait(until: nil) }
    }
    return true
  }

  private func advance(to deadline: Int64) throws(EventBaseError) {
    guard clock == .virtual else { return try wait(until: deadline) }
    if try pollNow() { return }
    // Time stands still while another thread is to answer, however long that takes.
    if !owedReplies.isEmpty { return try wait(until: nil) }
    cachedNow = max(cachedNow, deadline)
  }
}
