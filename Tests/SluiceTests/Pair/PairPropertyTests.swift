import Testing

@testable import Sluice

struct PairPropertyTests {
  @Test(arguments: 0..<8)
  func `whatever is done to a pair, bytes arrive in order, ends are told once, and all is given back`(
    part: UInt64
  ) throws {
    for seed in part * 100..<(part + 1) * 100 {
      let model = PairModel(seed: seed)
      try model.run()
      let faults = model.faults
      #expect(faults == [], "seed \(seed)")
      #expect(model.base.ledger.isBalanced, "seed \(seed): \(model.base.ledger)")
      #expect(model.base.lingering.isEmpty, "seed \(seed)")
      if !faults.isEmpty || !model.base.ledger.isBalanced { return }
    }
  }
}
