/// What a contract found.
///
/// ```swift
/// let report = FilterContract().check { Rot13() }
/// #expect(report.failures.isEmpty, "\(report)")
/// ```
public struct ContractReport: Sendable, CustomStringConvertible {
  /// What was not kept; empty where all was.
  public internal(set) var failures: [ContractFailure] = []
  /// How many runs were made.
  public internal(set) var runs = 0

  /// Something never ended: what else there is to find would take as long, many times over.
  var isEndless = false

  /// A check that fails at every place is told for the first few.
  static let mostOfOneCheck = 3

  /// Makes a run, unless one before it did not end.
  mutating func run(_ check: String, _ position: @autoclosure () -> String, _ seed: UInt64, _ body: () throws -> Void) {
    if isEndless { return }
    runs += 1
    do {
      try body()
    } catch {
      isEndless = (error as? Wrong)?.isEndless ?? false
      add(ContractFailure(check: check, seed: seed, position: position(), words: "\(error)"))
    }
  }

  private mutating func add(_ failure: ContractFailure) {
    if failures.count(where: { $0.check == failure.check }) < Self.mostOfOneCheck { failures.append(failure) }
  }

  /// The failures, a line each.
  public var description: String {
    failures.isEmpty
      ? "all kept, in \(runs) runs" : failures.map { "\($0)" }.joined(separator: "\n")
  }
}

/// A point of a contract that was not kept.
public struct ContractFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The name of the check.
  public let check: String
  /// What its random numbers followed from.
  public let seed: UInt64
  /// Where in the check: the sample, the limit, the byte.
  public let position: String
  /// What went wrong.
  public let words: String

  /// The failure in one line.
  public var description: String { "\(check) [\(position), seed \(seed)]: \(words)" }
}

/// What a check found wrong.
struct Wrong: Error, CustomStringConvertible {
  let description: String
  var isEndless = false

  init(_ description: String) { self.description = description }

  static var noProgress: Wrong {
    Wrong("it moved no byte, though it said so, or though the application had finished and bytes were left to encode")
  }

  static func endless(_ description: String) -> Wrong {
    var wrong = Wrong("it goes on for ever: " + description)
    wrong.isEndless = true
    return wrong
  }
}
