/// A filter of a certain type in its place in a stack.
final class FilterStage<F: Filter & ~Copyable>: Stage {
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var filter: F

  init(_ filter: consuming F, pool: SegmentPool.Pointer) {
    let name = filter.name
    let usesTime = filter.usesTime
    let handle = filter.handle
    self.filter = filter
    super.init(name: name, usesTime: usesTime, handle: handle, pool: pool)
  }

  override func start() throws { try filter.start(&context) }

  override func encode(_ source: inout EventBuffer, into target: inout EventBuffer) throws -> Progress {
    try filter.encode(&source, into: &target, &context)
  }

  override func decode(_ source: inout EventBuffer, into target: inout EventBuffer) throws -> Progress {
    try filter.decode(&source, into: &target, &context)
  }

  override func wake() throws { try filter.wake(&context) }
}
