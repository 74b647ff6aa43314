extension EventBase {
  /// A reference to a base that any thread or task may hold. It does not keep the base alive, nor its loop running.
  ///
  /// What one thread leaves runs in the order in which it was left, from the loop and not from inside a call. Mail that
  /// waits is what a run has left to do; a handle that nobody uses is not.
  public struct Handle: Sendable {
    let mailbox: Mailbox

    /// Has `body` run on the base's thread, in the order of the calls; wakes the loop where it sleeps. Any thread may call
    /// it, also from inside a callback of the base. Allocates the entry; makes a system call only where the loop sleeps.
    ///
    /// - Returns: false where the base is gone: `body` will not run. True says that it was left; a base that ends later
    ///   lets go of what it has not read.
    @discardableResult
    public func execute(_ body: @escaping @Sendable (EventBase) -> Void) -> Bool { mailbox.post(.call(body)) }

    /// Has the base end its run, as `EventBase.stop()`, behind what was left before. Any thread may call it. Where the base
    /// does not run, its next run ends there.
    ///
    /// - Returns: false where the base is gone.
    @discardableResult
    public func stop() -> Bool { execute { $0.stop() } }
  }

  /// The door to this base for other threads. The first use opens a descriptor (two, where the system has no eventfd). After
  /// `shutDown()` it refuses everything.
  public var handle: Handle {
    if let mailbox { return Handle(mailbox: mailbox) }
    let made = Mailbox()
    if isShutDown { _ = made.shut() }
    mailbox = made
    return Handle(mailbox: made)
  }

  var hasMail: Bool { !inbox.isEmpty || mailbox?.hasMail == true }

  /// Opens up to `limit` letters. Those that come meanwhile wait for the next round.
  func deliverMail(upTo limit: Int) -> Int {
    guard let mailbox else { return 0 }
    if inbox.isEmpty {
      guard mailbox.hasMail else { return 0 }
      mailbox.collect(into: &inbox)
      inbox.reverse()
    }
    var opened = 0
    while opened < limit, !stopRequested, let letter = inbox.popLast() {
      letter.open(on: self)
      opened &+= 1
      if !retired.isEmpty { emptyRetired() }
    }
    // The room of a flood is not kept.
    if inbox.isEmpty, inbox.capacity > 4096 { inbox = [] }
    return opened
  }

  /// Closes the door; whoever waits behind it is told.
  func refuseMail() {
    var unread = inbox
    inbox = []
    unread.reverse()
    if let mailbox { unread += mailbox.shut() }
    for letter in unread { letter.refuse() }
  }
}
