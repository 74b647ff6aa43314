/// Why a value was refused, in words; whoever knows where it stands makes a `DescriptionError` of it.
package struct ValueProblem: Error, Equatable {
  package let message: String
  package let hint: String?

  package init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}
