import Synchronization

extension EventBuffer {
  /// What one operation did to a buffer. libevent: `struct evbuffer_cb_info`.
  public struct Change: Equatable, Sendable {
    /// Bytes in the buffer before.
    public let originalCount: Int
    /// Bytes added at either end.
    public let added: Int
    /// Bytes taken from the front.
    public let removed: Int
  }

  /// The name of a watcher, which no other watcher of any buffer ever has. libevent: `struct evbuffer_cb_entry *`.
  public struct WatcherID: Hashable, Sendable {
    let number: UInt64
  }

  /// Has `watcher` called after each operation that changes the contents, once an operation, with what it did; a move
  /// between two buffers tells each buffer's watchers once. Bringing bytes together or sharing them changes no contents.
  /// Allocates; a buffer without watchers pays nothing. libevent: `evbuffer_add_cb`.
  ///
  /// The newest watcher runs first. A watcher may change the buffer, and add and remove watchers: changes made while the
  /// watchers of a buffer run are told to none of them, so a watcher that drains what came in is not called for its own
  /// draining. The watchers behind it still get the operation's own change, and find the buffer as it is by then. A
  /// watcher that was added meanwhile is first called for the next operation.
  ///
  /// libevent's deferred watchers have no counterpart here: call the base's `defer` from a watcher.
  @discardableResult
  public mutating func addWatcher(_ watcher: @escaping (inout EventBuffer, Change) -> Void) -> WatcherID {
    let id = WatcherID(number: BufferWatchers.numbers.wrappingAdd(1, ordering: .relaxed).newValue)
    let list = watchers ?? BufferWatchers()
    list.entries.append(BufferWatchers.Entry(id: id, body: watcher))
    watchers = list
    return id
  }

  /// Takes a watcher off; it is not called again, not even for the operation whose watchers are running. O(watchers).
  /// libevent: `evbuffer_remove_cb_entry`.
  ///
  /// - Returns: whether this buffer had it.
  @discardableResult
  public mutating func removeWatcher(_ id: WatcherID) -> Bool {
    guard let list = watchers, let index = list.index(of: id) else { return false }
    list.entries.remove(at: index)
    if list.entries.isEmpty, !list.isRunning { watchers = nil }
    return true
  }

  /// Lets a watcher sleep, or wakes it; it misses what happens in between. O(watchers).
  /// libevent: `evbuffer_cb_set_flags` and `evbuffer_cb_clear_flags` with `EVBUFFER_CB_ENABLED`.
  ///
  /// - Returns: whether this buffer has it.
  @discardableResult
  public mutating func setWatcher(_ id: WatcherID, enabled: Bool) -> Bool {
    guard let list = watchers, let index = list.index(of: id) else { return false }
    list.entries[index].isEnabled = enabled
    return true
  }

  /// Calls the watchers; never inlined, as few buffers have any.
  @inline(never) mutating func notify(_ change: Change) {
    guard let list = watchers, !list.isRunning else { return }
    list.isRunning = true
    for entry in list.entries.reversed() {
      // Asked each time, as a watcher before this one may have removed it or put it to sleep.
      guard let index = list.index(of: entry.id), list.entries[index].isEnabled else { continue }
      entry.body(&self, change)
      // A watcher may have put another buffer in this one's place, and that has watchers of its own.
      guard watchers === list else { break }
    }
    list.isRunning = false
    if watchers === list, list.entries.isEmpty { watchers = nil }
  }
}

/// The watchers of one buffer, oldest first.
final class BufferWatchers {
  struct Entry {
    let id: EventBuffer.WatcherID
    let body: (inout EventBuffer, EventBuffer.Change) -> Void
    var isEnabled = true
  }

  /// Counts over all buffers, so that an identifier kept too long never names another watcher.
  static let numbers = Atomic<UInt64>(0)

  var entries: [Entry] = []
  var isRunning = false

  func index(of id: EventBuffer.WatcherID) -> Int? { entries.firstIndex { $0.id == id } }
}
