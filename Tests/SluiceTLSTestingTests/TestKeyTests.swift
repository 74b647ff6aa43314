import SluiceTLSTesting
import Testing

@Suite struct TestKeyTests {
  @Test(arguments: [
    (TestKey.Algorithm.p256, "(256 bit"), (.p384, "(384 bit"), (.ed25519, "ED25519 Private-Key"),
    (.rsa1024, "(1024 bit"), (.rsa2048, "(2048 bit"), (.rsa3072, "(3072 bit"),
  ])
  func `a key is of its kind`(algorithm: TestKey.Algorithm, words: String) throws {
    let key = try TestKey.shared(algorithm)
    #expect(key.algorithm == algorithm)
    let outcome = try OpenSSLTool.run(
      ["pkey", "-in", "key.pem", "-noout", "-text", "-check"], files: ["key.pem": key.pem])
    #expect(outcome.succeeded)
    #expect(outcome.output.contains(words), "\(outcome.output)")
    #expect(try TestKey.shared(algorithm) == key)
  }

  @Test(arguments: TestKey.Algorithm.allCases)
  func `an encrypted key opens with its passphrase only`(algorithm: TestKey.Algorithm) throws {
    let key = try TestKey.shared(algorithm)
    let encrypted = try key.encryptedPEM(passphrase: "öpen sesame")
    #expect(encrypted.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
    let opened = try OpenSSLTool.run(
      ["pkey", "-in", "key.pem", "-passin", "pass:öpen sesame"], files: ["key.pem": encrypted])
    #expect(opened.output == key.pem)
    for wrong in ["pass:other", "pass:", "pass:öpen sesame "] {
      let outcome = try OpenSSLTool.run(["pkey", "-in", "key.pem", "-passin", wrong], files: ["key.pem": encrypted])
      #expect(!outcome.succeeded)
      #expect(!outcome.output.contains("BEGIN PRIVATE KEY"))
    }
    #expect(try key.encryptedPEM(passphrase: "öpen sesame") != encrypted)
  }

  @Test(arguments: ["", "a", String(repeating: "long ", count: 40)])
  func `passphrases of any length do`(passphrase: String) throws {
    let key = try TestKey.generate()
    let opened = try OpenSSLTool.run(
      ["pkey", "-in", "key.pem", "-passin", "file:phrase"],
      files: ["key.pem": try key.encryptedPEM(passphrase: passphrase), "phrase": passphrase + "\n"])
    #expect(opened.output == key.pem)
  }

  @Test(arguments: TestKey.Algorithm.allCases)
  func `the older form says the same key`(algorithm: TestKey.Algorithm) throws {
    let key = try TestKey.shared(algorithm)
    let traditional = try key.traditionalPEM()
    let read = try OpenSSLTool.run(["pkey", "-in", "key.pem"], files: ["key.pem": traditional])
    #expect(read.output == key.pem)
    let label =
      switch algorithm {
      case .p256, .p384: "EC PRIVATE KEY"
      case .ed25519: "PRIVATE KEY"
      case .rsa1024, .rsa2048, .rsa3072: "RSA PRIVATE KEY"
      }
    #expect(traditional.hasPrefix("-----BEGIN \(label)-----\n"))
  }

  @Test func `a key that exists is used as it is`() throws {
    let key = try TestKey.generate(.p384)
    #expect(try TestIdentity.selfSigned(key: .existing(key)).key == key)
    #expect(try TestIdentity.selfSigned(key: .rsa2048).key == TestKey.shared(.rsa2048))
    #expect(try TestKey.generate() != TestKey.generate())
  }
}
