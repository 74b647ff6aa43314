import SluiceTLS

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder of PEM files, each with a certificate, its chain and its key, for a server of many names.
enum IdentityFolder {
  /// The identities of the files, by the names that their certificates are for.
  ///
  /// - Throws: what is wrong with the folder or a file, and what to give.
  static func identities(in folder: String) throws -> [String: TLSIdentity] {
    let names = try files(in: folder).filter { $0.hasSuffix(".pem") }.sorted()
    var identities: [String: TLSIdentity] = [:]
    for name in names {
      let path = folder + "/" + name
      let identity = TLSIdentity(certificates: .file(path), key: .file(path))
      for host in try identity.certificates.certificates().first?.names ?? [] { identities[host] = identity }
    }
    guard !identities.isEmpty else {
      throw Contradiction(
        description: "\(folder): no file *.pem with a certificate for a name; give a folder of such files")
    }
    return identities
  }

  private static func files(in folder: String) throws -> [String] {
    guard let listing = opendir(folder) else {
      throw Contradiction(
        description: "\(folder): cannot be read: \(systemMessage(errno)); give a folder of PEM files")
    }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      // Where it stands: the name is no longer than it needs to be, and a copy of the field would read on behind it.
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        })
    }
    return names
  }
}
