/// Guesses what was meant by a name that does not exist.
enum Suggestion {
  /// The name among `names` that is nearest to `word`; nil where none is near.
  static func nearest(to word: String, in names: [String]) -> String? {
    let word = word.lowercased()
    let ranked = names.map { (name: $0, distance: distance(Array(word), Array($0.lowercased()))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    if best.distance <= max(1, max(word.count, best.name.count) / 3) { return best.name }
    return word.count >= 2 ? names.first { $0.hasPrefix(word) } : nil
  }

  /// How many letters have to be put in, taken out, replaced or swapped with their neighbour. O(n m).
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    // Nobody means a name by a word that is so much longer.
    guard left.count <= 64, right.count <= 64 else { return .max }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let isSame = left[row] == right[column]
        var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}

extension Suggestion {
  /// The question behind a message; empty where nothing is near.
  static func question(for word: String, in names: [String]) -> String {
    nearest(to: word, in: names).map { "; did you mean \($0)?" } ?? ""
  }
}
