import CSluiceSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that is open for reading, of which any number of ranges may be sent, by any number of buffer events, on any thread.
///
/// It owns its descriptor, and gives it back when the last reference is gone: yours, and those of the events that still have
/// a range to send. libevent: `struct evbuffer_file_segment`, without its range.
public final class OpenFile: Sendable {
  /// What errors call it: its path, or the number of its descriptor.
  public let name: String
  let descriptor: Int32

  /// Opens a file. libevent: `open`, and `evbuffer_file_segment_new`.
  ///
  /// - Throws: `FileError` where it cannot be opened, or is no regular file.
  public init(path: String) throws(FileError) {
    let opened = sluice_file_open(path)
    if opened < 0 { throw FileError(.open, file: path, code: -opened) }
    descriptor = opened
    name = path
    _ = try size
  }

  /// Takes a descriptor over that is open for reading: it is this object's own from now on, even where this fails.
  ///
  /// - Throws: `FileError` where it is not open, or is no regular file.
  public init(adopting descriptor: Int32) throws(FileError) {
    self.descriptor = descriptor
    name = "descriptor \(descriptor)"
    _ = try size
  }

  deinit { close(descriptor) }

  /// How many bytes it has now. Makes a system call.
  public var size: Int {
    get throws(FileError) {
      let size = sluice_file_size(descriptor)
      if size < 0 { throw FileError(.open, file: name, code: Int32(-size)) }
      return Int(size)
    }
  }

  /// Appends up to `count` bytes from `offset` on to `buffer`, which nobody watches. One system call.
  func read(upTo count: Int, from offset: Int, into buffer: inout EventBuffer) throws(FileError) -> Int {
    let got = buffer.fill(upTo: count) { memory, count in
      Int(sluice_file_read(descriptor, memory, Int64(count), Int64(offset)))
    } scatter: { pieces in
      let first = pieces[0]
      return Int(sluice_file_read(descriptor, first.iov_base, Int64(first.iov_len), Int64(offset)))
    }
    if got < 0 { throw FileError(.read(offset: offset), file: name, code: Int32(-got)) }
    return got
  }
}
