/// Bytes that several segments read and nobody writes: a segment that was shared, or foreign memory.
///
/// Its clean-up runs once, when the last segment that reads them is gone.
final class SharedStorage {
  let storage: UnsafeMutableRawPointer
  private let cleanUp: () -> Void

  init(storage: UnsafeMutableRawPointer, cleanUp: @escaping () -> Void) {
    self.storage = storage
    self.cleanUp = cleanUp
  }

  deinit { cleanUp() }
}
