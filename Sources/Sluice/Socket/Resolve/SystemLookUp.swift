#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What is asked of the system.
struct Question: Hashable, Sendable {
  let name: HostName
  let versions: IPVersions

  /// Asks the system's resolver (`/etc/hosts`, DNS, whatever it is set up for), best address first by RFC 6724. Blocks, for half
  /// a minute and more where no server answers.
  func ask() -> Result<[SocketAddress], ResolverError> {
    var hints = addrinfo()
    hints.ai_family = versions == .v4 ? AF_INET : versions == .v6 ? AF_INET6 : AF_UNSPEC
    hints.ai_socktype = streamSocket
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name.description, nil, &hints, &list)
    if code != 0 { return .failure(ResolverError(code: code, errno: errno)) }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = list
    while let entry = next?.pointee {
      if let address = Self.address(of: entry), !addresses.contains(address) { addresses.append(address) }
      next = entry.ai_next
    }
    return addresses.isEmpty ? .failure(.noAddress) : .success(addresses)
  }

  private static func address(of entry: addrinfo) -> SocketAddress? {
    guard let address = entry.ai_addr else { return nil }
    var storage = sockaddr_storage()
    let length = min(Int(entry.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: length))
    }
    return SocketAddress(storage, length: socklen_t(length))
  }
}
