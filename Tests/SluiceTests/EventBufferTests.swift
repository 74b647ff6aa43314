import Testing
@testable import Sluice
@Test func `bytes that go in come out`() { var b = EventBuffer(); b.append("hello"); #expect(b.readString() == "hello") }
