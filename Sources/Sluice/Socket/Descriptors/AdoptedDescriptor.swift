import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A descriptor that others may share, in one direction: it can be used without blocking, and what others see of it stays as it
/// was.
final class AdoptedDescriptor {
  /// What it is.
  enum Kind: String {
    case socket, pipe, terminal, device, file
  }

  /// The number that was given.
  let number: Int32
  /// The descriptor that is read or written.
  let descriptor: Int32
  let kind: Kind
  /// Whether there is nothing to wait for: as with files, and devices that are like them.
  var isAlwaysReady: Bool
  /// The flags that were there before, where they had to be changed.
  private let flagsBefore: Int32?
  private var isOpen = true

  private init(_ number: Int32, _ kind: Kind, using descriptor: Int32, flagsBefore: Int32? = nil) {
    self.number = number
    self.kind = kind
    self.descriptor = descriptor
    self.flagsBefore = flagsBefore
    isAlwaysReady = kind == .file
  }

  /// Takes a descriptor over, also where this fails.
  static func take(_ number: Int32, for direction: Directions) throws(SocketError) -> AdoptedDescriptor {
    do { return try open(number, for: direction) } catch {
      _ = sluice_give_back(number)
      throw error
    }
  }

  private static func open(_ number: Int32, for direction: Directions) throws(SocketError) -> AdoptedDescriptor {
    let flags = fcntl(number, F_GETFL)
    if flags < 0 { throw SocketError(.configure, code: errno, peer: "descriptor \(number)") }
    if flags & O_ACCMODE == (direction == .read ? O_WRONLY : O_RDONLY) {
      throw SocketError(.configure, code: EBADF, peer: "descriptor \(number), for \(direction)")
    }
    // Programs that are started later have the standard streams.
    if number > 2 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
    let kind = kind(of: number)
    if kind == .socket { try requireStream(number) }
    guard kind != .socket, kind != .file, flags & O_NONBLOCK == 0 else {
      return AdoptedDescriptor(number, kind, using: number)
    }
    // Of a device that is opened once more another one may come.
    let own = kind == .device ? -1 : sluice_reopen(number, direction == .write ? 1 : 0)
    if own >= 0 {
      if number > 2 { closeDescriptor(number) }
      return AdoptedDescriptor(number, kind, using: own)
    }
    if fcntl(number, F_SETFL, flags | O_NONBLOCK) < 0 {
      throw SocketError(.configure, code: errno, peer: "descriptor \(number)")
    }
    return AdoptedDescriptor(number, kind, using: number, flagsBefore: flags)
  }

  deinit { close() }

  /// The descriptor of a socket, which is somebody else's to close from now on.
  func giveAway() -> Int32 {
    isOpen = false
    return descriptor
  }

  /// Gives it back, as it was.
  func close() {
    guard isOpen else { return }
    isOpen = false
    if let flagsBefore { _ = fcntl(number, F_SETFL, flagsBefore) }
    if descriptor != number { closeDescriptor(descriptor) }
    if descriptor == number || number <= 2 { _ = sluice_give_back(number) }
  }

  static func kind(of descriptor: Int32) -> Kind {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .file }
    switch status.st_mode & S_IFMT {
    case S_IFSOCK: return .socket
    case S_IFIFO: return .pipe
    case S_IFCHR: return isatty(descriptor) == 1 ? .terminal : .device
    default: return .file
    }
  }

  /// Refuses a socket that carries no stream: what it gives would be cut off, or nothing at all.
  static func requireStream(_ descriptor: Int32) throws(SocketError) {
    func refusal(_ code: Int32, _ advice: String) -> SocketError {
      SocketError(.configure, code: code, peer: "descriptor \(descriptor)", advice: advice)
    }
    guard socketOption(descriptor, SO_TYPE) == streamSocket else {
      throw refusal(EPROTOTYPE, "it has to be a stream socket")
    }
    if socketOption(descriptor, SO_ACCEPTCONN) == 1 { throw refusal(EINVAL, "it listens: use listen(adopting:)") }
  }

  var description: String { "\(kind) on descriptor \(number)" }
}
