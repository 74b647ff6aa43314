extension TestIdentity {
  /// The same identity without its intermediates, as a server has it whose administrator forgot them.
  public var withoutIntermediates: Self {
    Self(certificate: certificate, key: key, anchor: anchor)
  }

  /// The same identity with its intermediates in the wrong order: the farthest first.
  public var withReversedIntermediates: Self {
    Self(certificate: certificate, intermediates: intermediates.reversed(), key: key, anchor: anchor)
  }

  /// The same certificate with a key that it does not belong to: a new one of the same kind.
  public func withWrongKey() throws(TestIdentityError) -> Self {
    let other = try TestKey.generate(key.algorithm)
    return Self(certificate: certificate, intermediates: intermediates, key: other, anchor: anchor)
  }

  /// The same identity with one bit of the signature on its certificate turned.
  public var withBrokenSignature: Self {
    Self(certificate: certificate.withBrokenSignature, intermediates: intermediates, key: key, anchor: anchor)
  }
}
