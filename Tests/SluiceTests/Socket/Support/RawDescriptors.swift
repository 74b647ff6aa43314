import Testing

@testable import Sluice

#if canImport(Glibc)
  import Glibc
#endif

/// A pipe that a test reads and writes by itself.
func rawPipe() throws -> (reading: Int32, writing: Int32) {
  var ends: [Int32] = [-1, -1]
  try #require(pipe(&ends) == 0)
  return (ends[0], ends[1])
}

/// A file with `bytes` in it, open for both directions at its beginning, that nobody else can find.
func rawFile(_ bytes: [UInt8] = []) throws -> Int32 {
  var path = Array("/tmp/sluice-test-XXXXXX".utf8CString)
  let descriptor = mkstemp(&path)
  try #require(descriptor >= 0)
  unlink(path)
  try #require(write(descriptor, bytes, bytes.count) == bytes.count)
  lseek(descriptor, 0, SEEK_SET)
  return descriptor
}

/// Both ends of a terminal.
func rawTerminal() throws -> (master: Int32, slave: Int32) {
  let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
  var (number, unlocked): (Int32, Int32) = (0, 0)
  // TIOCGPTN and TIOCSPTLCK, which Swift does not show.
  try #require(ioctl(master, 0x8004_5430, &number) == 0 && ioctl(master, 0x4004_5431, &unlocked) == 0)
  let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
  try #require(slave >= 0)
  // No echo, and no change to what passes.
  var modes = termios()
  tcgetattr(slave, &modes)
  cfmakeraw(&modes)
  tcsetattr(slave, TCSANOW, &modes)
  return (master, slave)
}

/// Whether whoever has a descriptor's description sees it block.
func blocks(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFL) & O_NONBLOCK == 0 }
