package import Sluice

/// How a filter of a description is put on an event: makes a new filter for each.
package struct Layer {
  private let put: (Place, Meter?) throws -> BufferEvent
  /// Whether nobody on the wire can read what passes.
  package var isSecuring = false
  /// Whether the stack is connected only when this says so.
  package var hasHandshake = false
  /// Whether it cannot be spread over several loops.
  package var needsOneLoop = false
  /// The file that it writes, and that nobody else may.
  package var writes: String?
  /// Whether it tells the other side where the client connected to, which has to be asked for.
  package var tellsDestination = false
  /// What there is to know about it, such as how long a certificate is good; told by checks.
  package var notes: [String] = []
  /// What is dangerous about it; told at each start.
  package var warnings: [String] = []

  /// A layer of filters that `make` makes.
  package init<F: Filter & ~Copyable>(_ make: @escaping () throws -> F) {
    self.init(on: { _ in try make() })
  }

  /// A layer of filters that `make` makes for a certain place.
  package init<F: Filter & ~Copyable>(on make: @escaping (Place) throws -> F) {
    put = { place, meter in
      guard let meter else { return try place.event.filtered(by: try make(place)) }
      return try place.event.filtered(by: Metered(try make(place), meter))
    }
  }

  func applied(to place: Place, meter: Meter?) throws -> BufferEvent { try put(place, meter) }
}
