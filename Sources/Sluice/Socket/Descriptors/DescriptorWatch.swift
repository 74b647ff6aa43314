/// A descriptor that somebody else owns, and who is told when it is ready.
final class DescriptorWatch: Watched {
  private let tell: () -> Void

  init(_ descriptor: Int32, _ tell: @escaping () -> Void) {
    self.tell = tell
    super.init(descriptor: descriptor)
  }

  override func isReady(_ readiness: Readiness) { tell() }
}
