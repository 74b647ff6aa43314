import CSluiceSystem

/// A pipe of the kernel's.
struct Pipe {
  let readEnd: Int32
  let writeEnd: Int32
  /// How many bytes it holds at most.
  let size: Int

  func close() {
    closeDescriptor(readEnd)
    closeDescriptor(writeEnd)
  }
}

/// The empty pipes of a base. A connection has one only while bytes are in it, so there are few, however many splice.
final class PipePool {
  private static let size = 256 * 1024
  private static let mostKept = 16
  private(set) var pipes: [Pipe] = []
  private let make: () -> Pipe?

  /// A pool whose pipes are those of the system, or those that a test makes.
  init(make: @escaping () -> Pipe? = PipePool.open) { self.make = make }

  deinit { for pipe in pipes { pipe.close() } }

  private static func open() -> Pipe? {
    var ends: [Int32] = [-1, -1]
    let size = sluice_pipe_open(&ends, Int64(Self.size))
    return size < 0 ? nil : Pipe(readEnd: ends[0], writeEnd: ends[1], size: Int(size))
  }

  /// An empty pipe; nil where the system gives none.
  func take() -> Pipe? { pipes.popLast() ?? make() }

  /// Takes an empty pipe back.
  func give(_ pipe: Pipe) {
    if pipes.count < Self.mostKept { pipes.append(pipe) } else { pipe.close() }
  }
}
