extension EventBase {
  /// The one object of its type that belongs to this base, made by `make` when it is first asked for: a pool or a cache that
  /// filters of one kind have in common. It lives until the base ends, or is shut down, and must not keep a base alive that
  /// nobody shuts down.
  ///
  /// O(1). libevent: none; there such things are global, behind locks.
  public func shared<Object: AnyObject>(_ make: () -> Object) -> Object {
    let key = ObjectIdentifier(Object.self)
    if let known = sharedObjects[key] as? Object { return known }
    let made = make()
    sharedObjects[key] = made
    return made
  }
}
