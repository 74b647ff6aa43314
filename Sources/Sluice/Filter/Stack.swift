/// A description of filters, from the wire upwards, that can be put over any buffer event any number of times: the same one
/// serves a pair in a test and a socket in production.
///
/// ```swift
/// let stack = Stack().adding { Rot13() }.adding { LineNumbers() }
/// let event = try stack.applied(to: end)
/// ```
public struct Stack {
  private var layers: [(BufferEvent) throws -> BufferEvent] = []

  /// No filters.
  public init() {}

  /// The number of filters.
  public var count: Int { layers.count }

  /// This stack with a filter on top, made anew by `make` for each event.
  public func adding<F: Filter & ~Copyable>(_ make: @escaping () throws -> F) -> Stack {
    adding(layer: { try $0.filtered(by: try make()) })
  }

  /// This stack with whatever `layer` puts on top of an event.
  public func adding(layer: @escaping (BufferEvent) throws -> BufferEvent) -> Stack {
    var stack = self
    stack.layers.append(layer)
    return stack
  }

  /// This stack with all of another on top.
  public func adding(_ other: Stack) -> Stack {
    var stack = self
    stack.layers += other.layers
    return stack
  }

  /// Puts the filters on `event`, and returns the event on top: `event` itself, where there are none. O(filters).
  ///
  /// - Throws: what making or putting on a filter throws. The filters put on before are left as they are; closing `event`
  ///   closes them too.
  public func applied(to event: BufferEvent) throws -> BufferEvent {
    try layers.reduce(event) { below, layer in try layer(below) }
  }
}
