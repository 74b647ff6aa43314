import Foundation
import Sluice
import SluiceCompression
import SluiceTesting

/// Bytes with words that come again, runs, and noise in between.
func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = SeededGenerator(seed: seed)
  var bytes: [UInt8] = []
  while bytes.count < count {
    switch random.next() % 4 {
    case 0: bytes += [UInt8](repeating: UInt8(random.next() & 255), count: Int(random.next() % 300))
    case 1: bytes += (0..<Int(random.next() % 40)).map { _ in UInt8(random.next() & 255) }
    case 2 where bytes.count > 400:
      let start = Int(random.next() % UInt64(bytes.count - 300))
      bytes += bytes[start..<start + Int(random.next() % 300)]
    default: bytes += Array("the quick brown fox \(random.next() % 1000) jumps\n".utf8)
    }
  }
  return Array(bytes.prefix(count))
}

extension [UInt8] {
  /// This in pieces of a length.
  func pieces(of length: Int) -> [[UInt8]] {
    stride(from: 0, to: count, by: length).map { Array(self[$0..<Swift.min($0 + length, count)]) }
  }
}

/// What came out of a filter that was run as a plain value.
struct Run {
  var bytes: [UInt8] = []
  var error: CompressionError?
  var progress = FilterProgress.needsMore
  var notices: [GzipHeader] = []
  var calls = 0
}

/// Decompresses pieces that come one after the other, with calls that may give `limit` bytes each.
func decode(
  _ pieces: [[UInt8]], _ settings: Compression = .gzip(), limit: Int = .max, ends: Bool = true,
  pool: CompressionPool? = nil
) throws -> Run {
  var filter = try Deflate(settings, pool: pool)
  var source = EventBuffer()
  var target = EventBuffer()
  var run = Run()
  var context = FilterContext(limit: limit)
  let bound = 1_000 + pieces.count * 4 + pieces.reduce(0) { $0 + $1.count } * 1_100 / max(min(limit, 1 << 30), 1) * 4
  func isDone(_ run: Run) -> Bool { run.progress != .moved || run.calls > bound }
  do {
    for piece in pieces {
      source.append(piece)
      repeat {
        run.progress = try filter.decode(&source, into: &target, &context)
        run.calls += 1
      } while !isDone(run)
    }
    context.mode = .finished
    while ends {
      run.progress = try filter.decode(&source, into: &target, &context)
      run.calls += 1
      if isDone(run) { break }
    }
  } catch let error as CompressionError {
    run.error = error
  }
  run.bytes = target.read()
  run.notices = context.announcements.compactMap {
    if case .notice(let header as GzipHeader) = $0 { header } else { nil }
  }
  return run
}

/// Compresses pieces, and ends the stream.
func encode(
  _ pieces: [[UInt8]], _ settings: Compression = .gzip(), limit: Int = .max, pool: CompressionPool? = nil
) throws -> [UInt8] {
  var filter = try Deflate(settings, pool: pool)
  var source = EventBuffer()
  var target = EventBuffer()
  var context = FilterContext(limit: limit)
  for piece in pieces {
    source.append(piece)
    while try filter.encode(&source, into: &target, &context) == .moved {}
  }
  context.mode = .finished
  while try filter.encode(&source, into: &target, &context) == .moved {}
  return target.read()
}

func encode(_ bytes: [UInt8], _ settings: Compression = .gzip()) throws -> [UInt8] { try encode([bytes], settings) }

/// A gzip member with all header fields.
func richMember(_ bytes: [UInt8]) throws -> [UInt8] {
  var settings = Compression.gzip()
  settings.header = GzipHeader(
    name: "name.txt", comment: "déjà vu", extra: [0x41, 0x42, 2, 0, 7, 8], modificationTime: 1_234_567_890,
    operatingSystem: 3, isText: true, hasCheck: true)
  return try encode(bytes, settings)
}

struct ToolError: Error {
  let words: String
}

/// Runs a program with bytes on its standard input, and gives what it writes.
func run(_ command: [String], _ input: [UInt8]) throws -> [UInt8] {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent("input")
  try Data(input).write(to: file)
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardInput = try FileHandle(forReadingFrom: file)
  let (output, errors) = (Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
  let words = try errors.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw ToolError(words: String(decoding: words, as: UTF8.self)) }
  return [UInt8](bytes)
}
