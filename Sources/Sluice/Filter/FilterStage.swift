/// A filter of a certain type in its place in a stack.
@usableFromInline
final class FilterStage<F: Filter & ~Copyable>: Stage {
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  @usableFromInline
  var filter: F

  @inlinable
  init(_ filter: consuming F, base: EventBase) {
    let traits = Traits(of: filter)
    let handle = filter.handle
    self.filter = filter
    super.init(
      traits: traits, handle: handle, base: base,
      encode: { stage, source, target in
        try unsafeDowncast(stage, to: FilterStage<F>.self).filter.encode(&source, into: &target, &stage.context)
      },
      decode: { stage, source, target in
        try unsafeDowncast(stage, to: FilterStage<F>.self).filter.decode(&source, into: &target, &stage.context)
      })
  }

  @usableFromInline
  override var name: String { filter.name }

  @usableFromInline
  override var typeName: String { "\(F.self)" }

  @usableFromInline
  override func start() throws { try filter.start(&context) }

  @usableFromInline
  override func wake() throws { try filter.wake(&context) }
}
