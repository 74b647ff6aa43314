/// The extension `basicConstraints`: whether a certificate may issue others.
public enum TestConstraints: Sendable, Hashable {
  /// No such extension.
  case absent
  /// `CA:FALSE`: a server or a client.
  case endEntity
  /// `CA:TRUE`; with a path length, how many intermediates may follow below at most.
  case authority(pathLength: UInt32? = nil)
}
