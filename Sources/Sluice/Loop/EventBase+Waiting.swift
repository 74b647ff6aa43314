import CSluiceSystem

extension EventBase {
  /// Sleeps until `deadline` (for ever, without one), or until mail comes. The one place where a loop sleeps.
  func wait(until deadline: Int64?) throws(EventBaseError) {
    isTimeFresh = false
    if let mailbox, !mailbox.prepareToSleep() { return }
    var left = deadline.map { max($0 &- MonotonicClock.nanoseconds(), 0) } ?? -1
    // Without a descriptor to be woken by, mail is looked for a hundred times a second.
    if let mailbox, !mailbox.canWake { left = left < 0 ? 10_000_000 : min(left, 10_000_000) }
    waits += 1
    if !watchList.isEmpty {
      try watchMailbox()
      mailboxWatch?.isRinging = false
      defer { mailbox?.wokeUp(isRinging: mailboxWatch?.isRinging ?? false) }
      return try poll(nanoseconds: left)
    }
    let result = sluice_wait(mailbox?.descriptor ?? -1, left)
    mailbox?.wokeUp(isRinging: result > 0)
    if result < 0 { throw .waitFailed(code: -result) }
  }

  /// Whether descriptors keep the loop running.
  var hasDescriptors: Bool { watchList.runningCount > 0 }

  /// Looks at the descriptors without waiting; true where anything came of it.
  func pollNow() throws(EventBaseError) -> Bool {
    guard !watchList.isEmpty else { return false }
    try poll(nanoseconds: 0)
    return !queue.isEmpty
  }

  /// Has mail wake the poller too, from the first time that both are there.
  private func watchMailbox() throws(EventBaseError) {
    guard mailboxWatch == nil, let mailbox, mailbox.descriptor >= 0 else { return }
    let watch = MailboxWatch(descriptor: mailbox.descriptor, keepsRunning: false)
    try self.watch(watch, for: .read)
    mailboxWatch = watch
  }
}

/// The mailbox's descriptor among those that the poller watches.
final class MailboxWatch: Watched {
  var isRinging = false

  override func isReady(_ readiness: Readiness) { isRinging = true }
}
