import SluiceTesting
import Testing

@testable import Sluice

struct AddressPropertyTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `text, value, system and back again: any address stays what it is`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let address = SocketAddress.any(using: &random)
      #expect(SocketAddress(address.description) == address)
      #expect(address.throughSystem == address)
      #expect(try Endpoint(address.description) == .address(address))
    }
  }

  /// libevent CVE-2016-10195, 10196, 10197: reads past the end of names, brackets and empty hosts.
  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func `texts that were tampered with are read or refused, and what was read is written and read again`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let scraps = [
      "[", "]", ":", "::", "%", "%lo", ".", "\0", "unix:", "@", "-", "0", "1", "65535", "f", "xn--", "\u{e9}", " ",
    ]
    for _ in 0..<5_000 {
      var text = SocketAddress.any(using: &random).description
      if Bool.random(using: &random) { text = "name-\(Int.random(in: 0..<100, using: &random)).example.test:80" }
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = text.indices.randomElement(using: &random) ?? text.startIndex
        if Bool.random(using: &random) {
          text.insert(contentsOf: scraps.randomElement(using: &random) ?? "", at: place)
        } else if !text.isEmpty {
          text.removeSubrange(place..<text.index(place, offsetBy: 3, limitedBy: text.endIndex).orEnd(of: text))
        }
      }
      do {
        let endpoint = try Endpoint(text)
        #expect(try Endpoint(endpoint.description) == endpoint)
        if case .address(let address) = endpoint { #expect(address.throughSystem == address) }
      } catch {
        #expect(!"\(error)".isEmpty)
        #expect(!"\(error)".unicodeScalars.contains { $0.value < 32 })
      }
    }
  }
}

extension String.Index? {
  fileprivate func orEnd(of text: String) -> String.Index { self ?? text.endIndex }
}

extension SocketAddress {
  /// Any address whose text can be read.
  static func any(using random: inout SeededGenerator) -> SocketAddress {
    let port = UInt16.random(in: 0...UInt16.max, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return SocketAddress(.ipv4(UInt32(truncatingIfNeeded: random.next()), port: port))
    case 1:
      // Zeros in many places, as the short form of the text is made for.
      let mask = UInt64.random(in: 0..<256, using: &random)
      let host = IPv6(high: random.next() & spread(mask & 15), low: random.next() & spread(mask >> 4))
      let zone = Bool.random(using: &random) ? 0 : UInt32.random(in: 1...UInt32.max, using: &random)
      return SocketAddress(.ipv6(host, port: port, zone: zone))
    case 2: return SocketAddress(.unix("/" + name(using: &random)))
    default: return SocketAddress(.abstract(name(using: &random)))
    }
  }

  private static func spread(_ mask: UInt64) -> UInt64 {
    (0..<4).reduce(0) { $0 | (mask >> UInt64($1) & 1 == 1 ? UInt64(0xffff) << UInt64(16 * $1) : 0) }
  }

  private static func name(using random: inout SeededGenerator) -> String {
    let letters = Array("abc/.@:[]% \u{fc}\u{1f980}")
    var name = "n"
    let length = Int.random(in: 0..<106, using: &random)
    while let letter = letters.randomElement(using: &random), name.utf8.count + letter.utf8.count <= length {
      name.append(letter)
    }
    return name
  }
}
