import Sluice
import SluiceTesting
import Testing

/// The contract finds what filters do wrong, each in its own way.
struct BrokenFilterTests {
  private func checks(
    _ change: (inout FilterContract) -> Void = { _ in }, _ make: @escaping () -> Bad
  ) -> (names: Set<String>, report: ContractReport) {
    var contract = FilterContract()
    contract.mostPlaces = 60
    contract.schedules = 3
    change(&contract)
    let report = contract.check(make)
    return (Set(report.failures.map(\.check)), report)
  }

  @Test func `bytes that are lost where the input is cut`() {
    let found = checks {
      // Takes units of four bytes, and forgets what is left of one.
      Bad(decode: { source, target, context in
        guard source.count % 4 != 0, context.mode == .normal, source.count < 4 else { return nil }
        source.drain()
        return .moved
      })
    }
    #expect(found.names.contains("cut in two"))
    #expect(found.names.contains("in pieces"))
  }

  @Test func `a limit that is not kept`() {
    let found = checks {
      Bad(encode: { source, target, _ in
        let isEmpty = source.isEmpty
        target.append(&source)
        return isEmpty ? .needsMore : .moved
      })
    }
    #expect(found.names.contains("with a limit"))
    #expect(
      found.report.description.contains("encode gave 64 bytes, and its limit was 1")
        || found.report.description.contains("its limit was 1"))
    let tolerated = checks({ $0.tolerance = 10_000 }) {
      Bad(encode: { source, target, _ in
        let isEmpty = source.isEmpty
        target.append(&source)
        return isEmpty ? .needsMore : .moved
      })
    }
    #expect(tolerated.report.failures.isEmpty, "\(tolerated.report)")
  }

  @Test func `progress that is none`() {
    let found = checks { Bad(decode: { source, _, _ in source.count == 1 ? .moved : nil }) }
    #expect(found.report.description.contains("it moved no byte, though it said so"))
  }

  @Test func `bytes without end`() {
    let found = checks {
      Bad(encode: { _, target, context in
        guard context.mode == .finished else { return nil }
        target.append([1])
        return .moved
      })
    }
    #expect(found.report.description.contains("it goes on for ever"))
  }

  @Test func `bytes of nothing`() {
    let found = checks {
      let memory = Memory()
      return Bad(decode: { source, target, context in
        memory.count += 1
        guard memory.count == 2, context.mode == .finished else { return nil }
        target.append([1])
        return .moved
      })
    }
    #expect(!found.report.failures.isEmpty)
  }

  @Test func `what is held back and never given`() {
    let found = checks {
      let memory = Memory()
      return Bad(encode: { source, target, context in
        memory.bytes += source.read()
        guard memory.bytes.count >= 16 || (context.mode == .flush && !memory.bytes.isEmpty) else { return .needsMore }
        target.append(memory.bytes)
        memory.bytes = []
        return .moved
      })
    }
    #expect(found.names.isSuperset(of: ["as a value", "close drains", "dropping drains"]))
    #expect(!found.names.contains("flushed"))
  }

  @Test func `what is not flushed`() {
    let found = checks {
      let memory = Memory()
      return Bad(encode: { source, target, context in
        memory.bytes += source.read()
        guard context.mode == .finished, !memory.bytes.isEmpty else { return .needsMore }
        target.append(memory.bytes.prefix(context.limit))
        memory.bytes.removeFirst(min(context.limit, memory.bytes.count))
        return .moved
      })
    }
    #expect(found.names == ["flushed"], "\(found.report)")
    let timely = checks({ $0.deliversWhenFlushed = false }) {
      let memory = Memory()
      return Bad(encode: { source, target, context in
        memory.bytes += source.read()
        guard context.mode == .finished, !memory.bytes.isEmpty else { return .needsMore }
        target.append(memory.bytes.prefix(context.limit))
        memory.bytes.removeFirst(min(context.limit, memory.bytes.count))
        return .moved
      })
    }
    #expect(timely.report.failures.isEmpty, "\(timely.report)")
  }

  @Test func `an input that is cut off and waited for`() {
    let found = checks {
      Bad(decode: { source, _, context in context.mode == .finished && source.count % 2 == 1 ? .blocked : nil })
    }
    #expect(found.names.contains("cut off"))
    #expect(found.report.description.contains("it neither ended nor failed"))
  }

  @Test func `bytes that are made up where the input is cut off`() {
    let found = checks {
      Bad(decode: { source, target, context in
        guard context.mode == .finished, source.count == 1 else { return nil }
        source.drain()
        target.append([0x21])
        return .moved
      })
    }
    #expect(found.names.contains("cut off"))
  }

  @Test func `bytes in another order`() {
    let found = checks {
      Bad(encode: { source, target, context in
        guard source.count >= 2, context.limit >= 2 else { return nil }
        let pair = source.read(upTo: 2)
        target.append([pair[1], pair[0]])
        return .moved
      })
    }
    #expect(found.report.description.contains("byte 0 of what the far end read is another"))
  }

  @Test func `an error says where it was, and with which seed`() {
    struct Odd: Error, CustomStringConvertible { let description = "odd" }
    let found = checks({ $0.seed = 42 }) {
      Bad(decode: { source, _, _ in if source.count == 3 { throw Odd() } else { nil } })
    }
    let failure = found.report.failures.first { $0.check == "in pieces" }
    #expect(failure?.seed == 42)
    #expect(failure?.position == "sample 0, pieces of 3")
    #expect(failure?.words.contains("odd") == true)
  }

  @Test func `a seed finds the same each time`() {
    let make = { Bad(decode: { source, target, _ in source.count % 5 == 4 ? .blocked : nil }) }
    #expect(checks({ _ in }, make).report.failures == checks({ _ in }, make).report.failures)
  }
}
