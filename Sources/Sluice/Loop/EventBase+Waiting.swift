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
    let result = sluice_wait(mailbox?.descriptor ?? -1, left)
    mailbox?.wokeUp(isRinging: result > 0)
    if result < 0 { throw .waitFailed(code: -result) }
  }
}
