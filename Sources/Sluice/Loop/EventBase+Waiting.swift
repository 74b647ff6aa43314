import CSluiceSystem

extension EventBase {
  /// How many entries of the queue run for one descriptor before the next has its turn.
  private static let entriesEach = 4

  /// Sleeps until `deadline` (for ever, without one), or until mail or a descriptor is ready, and tells that. The one place
  /// where a loop sleeps.
  func wait(until deadline: Int64?) throws(EventBaseError) {
    isTimeFresh = false
    if let mailbox, !mailbox.prepareToSleep() { return }
    var left = deadline.map { max($0 &- MonotonicClock.nanoseconds(), 0) } ?? -1
    // Without a descriptor to be woken by, mail is looked for a hundred times a second.
    if let mailbox, !mailbox.canWake { left = left < 0 ? 10_000_000 : min(left, 10_000_000) }
    waits += 1
    guard watchList.isEmpty else { return try waitForDescriptors(left) }
    let result = sluice_wait(mailbox?.descriptor ?? -1, left)
    mailbox?.wokeUp()
    if result > 0 { mailbox?.stopRinging() }
    if result < 0 { throw .waitFailed(code: -result) }
  }

  private func waitForDescriptors(_ nanoseconds: Int64) throws(EventBaseError) {
    guard mailbox != nil else { return tell(try watchList.wait(nanoseconds: nanoseconds)) }
    let result = Result { () throws(EventBaseError) in
      try watchMailbox()
      return try watchList.wait(nanoseconds: nanoseconds)
    }
    mailbox?.wokeUp()
    tell(try result.get())
  }

  /// Tells descriptors that they are ready. What comes of one runs before the next is told: an answer leaves while the
  /// question is still in the processor's caches.
  private func tell(_ ready: UnsafeBufferPointer<sluice_ready>) {
    readyCount = ready.count
    for entry in ready {
      // One that is ready for ever is found out, too, where steps are counted.
      stepsLeft &-= 1
      watchList.find(entry.token)?.isReady(Readiness(rawValue: entry.what))
      if !queue.isEmpty { runDeferred(upTo: Self.entriesEach) }
      // The kernel tells of the others again.
      if stopRequested { return }
    }
  }

  /// Whether descriptors, or replies of other threads, keep the loop running.
  var isAwaitingOthers: Bool { watchList.runningCount > 0 || !owedReplies.isEmpty }

  /// Looks at the descriptors without waiting; true where one was ready.
  @discardableResult
  func pollNow() throws(EventBaseError) -> Bool {
    guard !watchList.isEmpty else { return false }
    let ready = try watchList.wait(nanoseconds: 0)
    tell(ready)
    return !ready.isEmpty
  }

  /// Has mail wake the poller too, from the first time that both are there.
  private func watchMailbox() throws(EventBaseError) {
    guard mailboxWatch == nil, let mailbox, mailbox.descriptor >= 0 else { return }
    let watch = MailboxWatch(mailbox)
    try self.watch(watch, for: .read)
    mailboxWatch = watch
  }
}

/// The mailbox's descriptor among those that the poller watches.
final class MailboxWatch: Watched {
  private let mailbox: Mailbox

  init(_ mailbox: Mailbox) {
    self.mailbox = mailbox
    super.init(descriptor: mailbox.descriptor, keepsRunning: false)
  }

  override func isReady(_ readiness: Readiness) { mailbox.stopRinging() }
}
