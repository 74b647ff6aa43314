import ArgumentParser
import SluiceTLS

/// The command line of the stack tool.
@main
struct Root: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "Stacks filters over byte streams, and shows what they do.",
    discussion: """
      Terminate TLS:
        sluice proxy '127.0.0.1:8443 | tls(server.pem)' localhost:8080
      Compress, limit and encrypt a link, and see what that comes to first:
        sluice check :9000 'backup.example:9001 | tls | rate(10MiB/s) | gzip'
      Compress a file through a pair in memory, and check what arrives:
        sluice loopback --stack 'gzip(level=6)' FILE
      Filters stack, from the wire upwards; this stack damages a byte on its way:
        sluice loopback --stack 'corrupt(at=1000) | gzip' FILE
      Encrypt under compression, and see what the handshakes came to:
        sluice loopback --stack 'tls | gzip' FILE
      See a stack with all its parameters:
        sluice loopback --stack 'gzip(level=9)' --explain

      Exit status: 0 all went well, 1 it failed while it ran, 3 connections were
      cut, 64 wrong usage, 78 a description or a certificate is wrong.
      """,
    subcommands: [Proxy.self, Loopback.self, Check.self, FilterList.self])

  static func main() {
    OpenSSLMemory.keepFreedBlocks()
    main(nil)
  }
}
