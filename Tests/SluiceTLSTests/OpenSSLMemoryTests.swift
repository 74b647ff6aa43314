import COpenSSL
import Foundation
import Sluice
import SluiceTLS
import Testing

// Each in a process of its own: OpenSSL's memory is a matter of the whole process, and of what came first in it.
@Suite struct OpenSSLMemoryTests {
  @Test func `connections on several threads live of kept blocks`() async {
    await #expect(processExitsWith: .success) {
      guard OpenSSLMemory.keepFreedBlocks(), OpenSSLMemory.keepFreedBlocks(), !Self.isOriginal else { exit(3) }
      for _ in 0..<3 {
        let threads = try (0..<4).map { _ in try LoopThread() }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for thread in threads { group.addTask { try await thread.run { _ in try Self.converse() } } }
          try await group.waitForAll()
        }
        for thread in threads {
          thread.stop()
          thread.join()
        }
      }
    }
  }

  private static func converse() throws {
    for _ in 0..<10 {
      let conversation = try Conversation()
      conversation.client.write("hello")
      try conversation.base.runUntilIdle()
      guard conversation.serverSees.text == "hello" else { exit(5) }
    }
  }

  @Test func `a block holds what was asked for, whatever was there before`() async {
    await #expect(processExitsWith: .success) {
      guard OpenSSLMemory.keepFreedBlocks() else { exit(3) }
      for size in [1, 8, 24, 25, 40, 1_000, 1_032, 1_033, 16_500, 35_192, 35_193, 200_000] {
        for _ in 0..<3 { Self.useBlocks(of: size) }
      }
    }
  }

  private static func useBlocks(of size: Int) {
    let blocks = (0..<300).map { filledBlock(size + $0 % 3, with: UInt8($0 % 251)) }
    for (index, block) in blocks.enumerated() {
      let grown = CRYPTO_realloc(block, size + 700, nil, 0)?.assumingMemoryBound(to: UInt8.self)
      guard let grown, [0, size / 2, size - 1].allSatisfy({ grown[$0] == UInt8(index % 251) }) else { exit(4) }
      memset(grown, 0xEE, size + 700)
      CRYPTO_free(grown, nil, 0)
    }
  }

  private static func filledBlock(_ size: Int, with byte: UInt8) -> UnsafeMutableRawPointer {
    guard let block = CRYPTO_malloc(size, nil, 0) else { exit(6) }
    memset(block, Int32(byte), size)
    return block
  }

  @Test func `nothing, and more than there is, are no blocks`() async {
    await #expect(processExitsWith: .success) {
      guard OpenSSLMemory.keepFreedBlocks() else { exit(3) }
      guard CRYPTO_malloc(0, nil, 0) == nil, CRYPTO_malloc(-1, nil, 0) == nil else { exit(4) }
      CRYPTO_free(nil, nil, 0)
      guard CRYPTO_realloc(CRYPTO_malloc(10, nil, 0), 0, nil, 0) == nil else { exit(5) }
      let block = CRYPTO_realloc(nil, 10, nil, 0)
      guard block != nil, CRYPTO_realloc(block, -1, nil, 0) == nil else { exit(6) }
    }
  }

  @Test func `a thread keeps a mebibyte, and gives it back when it ends`() async {
    await #expect(processExitsWith: .success) {
      guard OpenSSLMemory.keepFreedBlocks() else { exit(3) }
      let before = Self.bytesInUse()
      let thread = try LoopThread()
      let kept = try await thread.run { _ in
        let blocks = (0..<2_000).map { Self.filledBlock(1_000 + $0, with: 1) }
        for block in blocks { CRYPTO_free(block, nil, 0) }
        return Self.bytesInUse() - before
      }
      guard (900_000...1_200_000).contains(kept) else { exit(4) }
      thread.stop()
      thread.join()
      guard Self.bytesInUse() - before < 100_000 else { exit(5) }
    }
  }

  /// What `malloc` has given out, by its own account.
  private static func bytesInUse() -> Int {
    typealias Tell = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
    guard let symbol = dlsym(nil, "malloc_info"), let file = tmpfile() else { exit(7) }
    defer { fclose(file) }
    _ = unsafeBitCast(symbol, to: Tell.self)(0, file)
    rewind(file)
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let report = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    // Behind the heaps, one by one, stands what they come to.
    let sum = report.components(separatedBy: "</heap>").last ?? ""
    func size(_ mark: String) -> Int {
      let tail = sum.components(separatedBy: mark).dropFirst().first ?? ""
      return Int(tail.components(separatedBy: "size=\"").dropFirst().first?.prefix { $0.isNumber } ?? "") ?? 0
    }
    return size("system type=\"current\"") - size("total type=\"fast\"") - size("total type=\"rest\"")
  }

  @Test func `it comes too late where OpenSSL has allocated`() async {
    await #expect(processExitsWith: .success) {
      CRYPTO_free(CRYPTO_malloc(10, nil, 0), nil, 0)
      guard !OpenSSLMemory.keepFreedBlocks(), Self.isOriginal else { exit(3) }
    }
  }

  @Test func `the functions that a program gave OpenSSL itself stay`() async {
    await #expect(processExitsWith: .success) {
      CRYPTO_set_mem_functions(
        { size, _, _ in malloc(size) },
        { pointer, size, _, _ in realloc(pointer, size) },
        { pointer, _, _ in free(pointer) })
      let theirs = Self.allocator
      guard !Self.isOriginal, !OpenSSLMemory.keepFreedBlocks(), Self.allocator == theirs else { exit(3) }
    }
  }

  private static var allocator: OpaquePointer? {
    var allocate: CRYPTO_malloc_fn?
    CRYPTO_get_mem_functions(&allocate, nil, nil)
    return unsafeBitCast(allocate, to: OpaquePointer?.self)
  }

  private static var isOriginal: Bool {
    allocator == OpaquePointer(dlsym(nil, "CRYPTO_malloc"))
  }
}
