extension EventBase {
  /// Ends the base for good: disarms its timers, and lets go of what is deferred and of mail, unrun. `handle` refuses
  /// everything from now on. Shutting down again does nothing.
  ///
  /// Dropping the last reference to a base does the same, but there is a last one only where nothing that waits in the base
  /// holds it: a timer whose action uses the base, or a closed event that is still sending. This lets go of those. What
  /// was closed and still has bytes on their way is aborted. Buffer events that are held elsewhere stay as they are, and hear
  /// nothing more unless the base runs again.
  ///
  /// Called from inside a callback it ends the run first, as `stop()`. libevent: `event_base_free`.
  public func shutDown() {
    isShutDown = true
    if isRunning { stop() } else { letGo() }
  }

  /// Lets go of everything. What goes may run code of the user's, which may leave more: so it is looked for again, though not
  /// for ever.
  func letGo() {
    refuseMail()
    for _ in 0..<100 where holdsAnything {
      for work in lingering.values { work.abandon() }
      while let work = queue.takeFirst() { work.discard() }
      for watched in watchList.removeAll() { watched.abandon() }
      _ = timers.removeAll()
      let owed = owedReplies
      owedReplies = [:]
      _ = consume owed
    }
    // They may hold what holds the base.
    let shared = sharedObjects
    sharedObjects = [:]
    _ = consume shared
  }

  private var holdsAnything: Bool {
    !lingering.isEmpty || !timers.isEmpty || !queue.isEmpty || !watchList.isEmpty || !owedReplies.isEmpty
  }
}
