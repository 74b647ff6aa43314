extension TestIdentity {
  /// A self-signed identity that is made once, on first use, and then kept for the process.
  ///
  /// It holds for `example.test`, `localhost`, `127.0.0.1` and `::1`, as server and client, with a P-256 key.
  public static var shared: TestIdentity {
    get throws(TestIdentityError) { try result.get() }
  }

  private static let result: Result<TestIdentity, TestIdentityError> = Result { () throws(TestIdentityError) in
    var blueprint = TestBlueprint(host: "example.test", addresses: ["127.0.0.1", "::1"])
    blueprint.names.append(.host("localhost"))
    return try selfSigned(blueprint)
  }
}
