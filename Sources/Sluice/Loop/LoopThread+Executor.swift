extension LoopThread: SerialExecutor, TaskExecutor {
  /// Has the loop run `job`, in line with what its handle was given. The loop's actors and tasks call this.
  ///
  /// No job is lost: what comes after the stop runs on a thread that is made for it, where everything that needs the loop
  /// throws `EventBaseError.stopped`.
  public func enqueue(_ job: consuming ExecutorJob) {
    let letter = Letter.job(UnownedJob(job), self)
    if !core.mailbox.post(letter) { letter.refuse() }
  }

  /// This loop as an actor's executor. The actor holds the `LoopThread`.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// This loop as what a task prefers to run on.
  public func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

  /// Whether the caller is on the loop's thread, so that what is isolated to its actors may be touched.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Stops the process where the caller is not on the loop's thread: that is what `assumeIsolated` promises.
  public func checkIsolated() {
    precondition(isCurrent, "this is isolated to an actor on a loop, and was called outside of the loop's thread")
  }

  func run(_ job: UnownedJob) {
    job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
  }
}
