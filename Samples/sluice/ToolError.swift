import ArgumentParser
import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What stops the tool, and the status that it exits with.
struct ToolError: Error, CustomStringConvertible {
  /// The flag or file it is about, the cause, and what to do: one line, where it points at no text.
  let description: String
  let status: ExitCode

  /// Something went wrong while the tool ran: status 1.
  static func failed(_ words: String) -> ToolError { ToolError(description: words, status: .failure) }

  /// A description, a certificate, or a file that one of them names is wrong: status 78.
  static func configuration(_ words: String) -> ToolError { ToolError(description: words, status: ExitCode(78)) }

  /// The command line is wrong: status 64.
  static func usage(_ words: String) -> ToolError { ToolError(description: words, status: .validationFailure) }
}

extension ToolError {
  /// Sees that no two filters of some stacks write the same file.
  static func checkFiles(of stacks: DescribedStack..., error: (String) -> ToolError) throws(ToolError) {
    guard let path = DescribedStack.fileWrittenTwice(in: stacks) else { return }
    throw error("file=\(path): two filters would write over each other there. Give each a file of its own.")
  }
}

/// Runs a command, and tells what stops it on standard error.
func reporting(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as ToolError {
    complain(error.description)
    throw error.status
  }
}

/// Writes a line to standard error.
func complain(_ line: String) { writeError("sluice: " + line + "\n") }

/// Writes to standard error, at once.
func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

/// Writes to standard output, at once.
func writeOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

private func write(_ text: String, to descriptor: Int32) {
  var text = text
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while let start = rest.baseAddress, rest.count > 0 {
      let written = systemWrite(descriptor, start, rest.count)
      if written <= 0 { return }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}

/// What an error number of the system means.
func systemMessage(_ code: Int32) -> String {
  let words = String(cString: strerror(code))
  return words.prefix(1).lowercased() + words.dropFirst()
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
