import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Listeners at paths: whose file it is.
@Suite struct UnixListenerTests {
  private func connects(_ base: EventBase, _ listener: Listener) throws -> Bool {
    let before = listener.counts.accepted
    let client = try RawSocket(to: listener.address)
    try base.run(until: "a connection") { listener.counts.accepted > before }
    withExtendedLifetime(client) {}
    return true
  }

  @Test func `sharing a path is refused, and reuse of its address means nothing (L3)`() throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      for address in try [folder.socket("s"), freshAbstractAddress()] {
        var options = ListenerOptions()
        options.reusePort = true
        let error = #expect(throws: SocketError.self) { try base.listen(at: address, options: options) { _, _ in } }
        #expect(error?.code == EOPNOTSUPP)
        #expect(error?.description.hasSuffix("a Unix socket cannot be shared: leave reusePort off") == true)
        for isReused in [true, false] {
          options = ListenerOptions()
          options.reuseAddress = isReused
          try base.listen(at: address, options: options) { _, _ in }.close()
        }
      }
      #expect(!exists(folder.file("s")))
    }
  }

  @Test func `a path where nobody listens any more is taken over`() throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      // A program that ended without removing its file.
      _ = try RawSocket(boundTo: folder.socket("s"), backlog: 1)
      #expect(exists(folder.file("s")))
      let listener = try base.listen(at: folder.socket("s")) { event, _ in event.close() }
      #expect(try connects(base, listener))
      listener.close()
      #expect(!exists(folder.file("s")))
    }
  }

  @Test func `a path where somebody listens is left alone`() throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      let first = try base.listen(at: folder.socket("s")) { event, _ in event.close() }
      let error = #expect(throws: SocketError.self) { try base.listen(at: folder.socket("s")) { _, _ in } }
      #expect(error?.code == EADDRINUSE)
      #expect(error?.description.contains("a socket that is in use has that name") == true)
      #expect(try connects(base, first))
      // Nobody else's socket either: this one takes datagrams.
      let other = try RawSocket(boundTo: folder.socket("d"), kind: SOCK_DGRAM)
      #expect(throws: SocketError.self) { try base.listen(at: folder.socket("d")) { _, _ in } }
      #expect(exists(folder.file("d")))
      withExtendedLifetime(other) {}
    }
  }

  @Test func `a listener whose queue is full is not taken for one that is gone`() throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      let busy = try RawSocket(boundTo: folder.socket("s"), backlog: 0)
      let waiting = try RawSocket(to: folder.socket("s"))
      let error = #expect(throws: SocketError.self) { try base.listen(at: folder.socket("s")) { _, _ in } }
      #expect(error?.description.contains("a socket that is in use has that name") == true)
      withExtendedLifetime((busy, waiting)) {}
    }
  }

  @Test(arguments: ["file", "directory", "link"])
  func `a path that is no socket is never removed`(kind: String) throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      let path = folder.file("s")
      switch kind {
      case "file": close(open(path, O_CREAT | O_WRONLY, 0o600))
      case "directory": mkdir(path, 0o700)
      default: symlink("nowhere", path)
      }
      let error = #expect(throws: SocketError.self) { try base.listen(at: folder.socket("s")) { _, _ in } }
      #expect(error?.code == EADDRINUSE)
      #expect(error?.description.contains("something that is no socket has that name") == true)
      var status = stat()
      #expect(lstat(path, &status) == 0)
      rmdir(path)
    }
  }

  @Test func `a file that took the listener's place is not removed when it closes`() throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      let first = try base.listen(at: folder.socket("s")) { _, _ in }
      // Somebody removes the file, and listens there.
      unlink(folder.file("s"))
      let second = try base.listen(at: folder.socket("s")) { event, _ in event.close() }
      first.close()
      #expect(try connects(base, second))
      second.close()
      #expect(!exists(folder.file("s")))
    }
  }

  @Test(arguments: [0o600, 0o660, 0o666] as [UInt32])
  func `the permissions of the file are those that were asked for`(permissions: UInt32) throws {
    try onEndingBase { base in
      let folder = ScratchFolder()
      var options = ListenerOptions()
      options.unixPermissions = permissions
      let listener = try base.listen(at: folder.socket("s"), options: options) { event, _ in event.close() }
      var status = stat()
      #expect(lstat(folder.file("s"), &status) == 0)
      #expect(status.st_mode & 0o777 == permissions)
      #expect(try connects(base, listener))
    }
  }

  @Test func `a path in a folder that is not there is an error that names it`() throws {
    let folder = ScratchFolder()
    let error = #expect(throws: SocketError.self) { try EventBase().listen(at: folder.socket("no/s")) { _, _ in } }
    #expect(error?.operation == .bind)
    #expect(error?.description == "bind unix:\(folder.path)/no/s: No such file or directory")
  }
}
