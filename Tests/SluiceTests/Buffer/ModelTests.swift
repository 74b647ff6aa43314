import Testing

@testable import Sluice

/// Random operations on two buffers, each compared with a plain array after every step.
struct ModelTests {
  enum Pools: CaseIterable { case none, one, two }

  @Test(arguments: UInt64(1)...40, Pools.allCases)
  func `random operations do to a buffer what they do to an array`(seed: UInt64, pools: Pools) throws {
    try checkingInvariants {
      try withPool { first in
        try withPool { second in
          let ledger = Ledger()
          do {
            var model = Model(
              seed: seed, first: pools == .none ? nil : first,
              second: pools == .none ? nil : pools == .one ? first : second, ledger: ledger)
            for step in 0..<300 where !Task.isCancelled {
              let operation = try model.step()
              if let difference = model.difference() {
                Issue.record("step \(step), \(operation): \(difference)")
                return
              }
            }
          }
          #expect(ledger.adopted == ledger.released, "each clean-up runs once")
        }
      }
    }
  }

  @Test func `the model notices a byte that is wrong`() {
    let ledger = Ledger()
    var model = Model(seed: 1, first: nil, second: nil, ledger: ledger)
    #expect(model.difference() == nil)
    model.left.expected = [1]
    #expect(model.difference() != nil)
    model.left.buffer.append([2])
    #expect(model.difference() != nil)
    model.left.expected = [2]
    #expect(model.difference() == nil)
  }
}

final class Ledger {
  var adopted = 0
  var released = 0
}
