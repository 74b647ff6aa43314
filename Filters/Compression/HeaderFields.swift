import CZlib

/// zlib's own form of a gzip header, with the memory that its pointers point to: zlib keeps them until the header is through.
final class HeaderFields {
  let header: UnsafeMutablePointer<gz_header>
  private var areas: [UnsafeMutableBufferPointer<UInt8>] = []

  private init() {
    header = .allocate(capacity: 1)
    header.initialize(to: gz_header())
  }

  deinit {
    for area in areas { area.deallocate() }
    header.deallocate()
  }

  /// For writing. The texts were checked with the settings.
  convenience init(writing fields: GzipHeader) {
    self.init()
    header.pointee.text = fields.isText ? 1 : 0
    header.pointee.time = UInt(fields.modificationTime)
    header.pointee.os = Int32(fields.operatingSystem)
    header.pointee.hcrc = fields.hasCheck ? 1 : 0
    if let name = fields.name.flatMap(latin1) { header.pointee.name = keep(name + [0]) }
    if let comment = fields.comment.flatMap(latin1) { header.pointee.comment = keep(comment + [0]) }
    if let extra = fields.extra {
      header.pointee.extra = keep(extra)
      header.pointee.extra_len = UInt32(truncatingIfNeeded: extra.count)
    }
  }

  /// For reading. What is longer than the memory is left out by zlib.
  static func forReading() -> HeaderFields {
    let fields = HeaderFields()
    let (name, comment) = (GzipHeader.longestName, GzipHeader.longestComment)
    fields.header.pointee.name = fields.keep([UInt8](repeating: 0, count: name))
    fields.header.pointee.name_max = UInt32(truncatingIfNeeded: name)
    fields.header.pointee.comment = fields.keep([UInt8](repeating: 0, count: comment))
    fields.header.pointee.comm_max = UInt32(truncatingIfNeeded: comment)
    fields.header.pointee.extra = fields.keep([UInt8](repeating: 0, count: GzipHeader.longestExtra))
    fields.header.pointee.extra_max = UInt32(truncatingIfNeeded: GzipHeader.longestExtra)
    return fields
  }

  private func keep(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8>? {
    // One more than needed, so that nothing is no null pointer.
    let area = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + 1)
    _ = area.initialize(from: bytes + [0])
    areas.append(area)
    return area.baseAddress
  }

  /// What was received, once the header is through. zlib sets the pointers of absent fields to null.
  var received: GzipHeader? {
    guard header.pointee.done == 1 else { return nil }
    let (name, isNameCut) = text(header.pointee.name, GzipHeader.longestName)
    let (comment, isCommentCut) = text(header.pointee.comment, GzipHeader.longestComment)
    let extra = header.pointee.extra.map { start in
      [UInt8](UnsafeBufferPointer(start: start, count: min(Int(header.pointee.extra_len), GzipHeader.longestExtra)))
    }
    var fields = GzipHeader(
      name: name, comment: comment, extra: extra,
      modificationTime: UInt32(truncatingIfNeeded: header.pointee.time),
      operatingSystem: UInt8(truncatingIfNeeded: header.pointee.os), isText: header.pointee.text != 0,
      hasCheck: header.pointee.hcrc != 0)
    fields.isCut = isNameCut || isCommentCut
    return fields
  }

  /// The characters up to the zero; a text that was too long has none.
  private func text(_ start: UnsafeMutablePointer<UInt8>?, _ longest: Int) -> (String?, isCut: Bool) {
    guard let start else { return (nil, false) }
    let bytes = UnsafeBufferPointer(start: start, count: longest)
    let end = bytes.firstIndex(of: 0)
    var text = ""
    for byte in bytes[..<(end ?? longest)] { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return (text, end == nil)
  }
}
