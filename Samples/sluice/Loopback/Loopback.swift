import ArgumentParser
import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// `sluice loopback`: a stack on both ends of a pair in memory, a file through it, and a look at what arrives.
struct Loopback: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pumps a file through a stack on both ends of a pair in memory, and checks what arrives.",
    discussion: """
      A description names filters from the wire upwards, joined by |, with arguments in parentheses. The first \
      argument may go without its name, and values may stand in quotes. Sizes: 4096, 64KiB, 10MB.

      Filters:
      \(filters().help(for: [.sender, .receiver]))
      """)

  @Option(help: "The filters of each end, from the wire upwards.") var stack = "pass"
  @Flag(help: "Print one JSON object.") var json = false
  @Flag(help: "Print the stack with all its parameters, and end.") var explain = false
  @Argument(help: "What to send; - is standard input.") var file: String?

  // Nothing here waits for the main actor: the loop runs on this thread.
  nonisolated func run() throws { try reporting { try start() } }

  private nonisolated func start() throws {
    // The two ends share what they have to, such as a certificate.
    let memory = StackMemory()
    let (sender, receiver) = (try described(at: .sender, memory), try described(at: .receiver, memory))
    // The other end's taps share the files of these.
    try ToolError.checkFiles(of: sender) { .usage("--stack: \($0)") }
    if explain { return print(sender.explanation) }
    guard let path = file ?? (isatty(STDIN_FILENO) == 1 ? nil : "-") else {
      throw ToolError.usage("FILE: nothing to send. Give a file, or - to type it in.")
    }
    let source = try FileSource.open(path)
    let name = source.name
    var bar = ProgressBar(total: source.size)
    let transfer = try Transfer(source, through: (sender, receiver)) { bar.show($0) }
    var problem: String?
    do { try transfer.run() } catch { problem = "\(error)" }
    bar.clear()
    for notice in transfer.notices { complain(notice) }
    if problem == nil, transfer.confirmed == 0 {
      problem = "FILE \(name): is empty, so that there is nothing to show. Give a file with something in it."
    }
    let report = Report(transfer, stack: sender, source: name, problem: problem)
    if json { print(try report.json()) } else if transfer.confirmed > 0 { print(report.table) }
    if let problem { throw ToolError.failed(problem) }
  }

  private nonisolated func described(
    at site: Site, _ memory: StackMemory
  ) throws(ToolError) -> DescribedStack {
    do throws(DescriptionError) {
      return try filters().stack(stack, at: site, sharing: memory)
    } catch {
      throw .usage("--stack: \(error)")
    }
  }
}
