/// How a connection is made.
public struct ConnectOptions: Sendable {
  /// The time that everything may take together, looking the name up and connecting; nil for as long as the system tries.
  /// libevent: the write timeout, which repeats.
  public var deadline: Duration? = .seconds(10)
  /// How long an attempt goes on by itself before the next address is tried beside it (RFC 8305, 5); 10 milliseconds to 2
  /// seconds.
  public var attemptDelay: Duration = .milliseconds(250)
  /// How long the first attempt waits for IPv6 addresses where the resolver told the IPv4 ones first (RFC 8305, 3).
  public var resolutionDelay: Duration = .milliseconds(50)
  /// How many addresses of the better version are tried before one of the other (RFC 8305, 4); at least 1.
  public var firstVersionCount = 1
  /// The kinds of addresses that are asked for and tried, where a name is connected to.
  public var versions: IPVersions = .both
  /// The address, of this machine, to connect from; its port is 0 for any. Addresses of the other version are not tried. The
  /// path of a Unix socket must be free, and its file stays behind the connection, for whoever named it to remove.
  public var localAddress: SocketAddress?
  /// What is set on the socket.
  public var socket = SocketOptions()
  /// Who looks names up.
  public var resolver: any Resolver = SystemResolver.shared
  /// Who makes a connection to an address.
  var dialer: any Dialer = SystemDialer()

  /// The defaults.
  public init() {}
}
