import Sluice
import StackDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Answers `GET /metrics` and `GET /healthz`, one request a connection; to `HEAD` with as much, less the body.
final class MetricsServer {
  private static let longestRequest = 8 * 1024
  private let process: ProxyProcess
  private let listener: Listener

  /// Begins to listen.
  ///
  /// - Throws: what the system refuses.
  init(_ process: ProxyProcess, at address: SocketAddress) throws(SocketError) {
    self.process = process
    var options = ListenerOptions()
    options.maximumConnections = 64
    listener = try process.base.listen(at: address, options: options) { [unowned process] client, _ in
      client.readTimeout = .seconds(10)
      client.writeTimeout = .seconds(10)
      client.onRead = { Self.read($0, process) }
      client.onEvent = { client, event in
        // Who finishes behind a request waits for its answer, which may still be gathered.
        if case .endOfInput = event, client.onRead == nil { return }
        client.close(within: .seconds(1))
      }
    }
  }

  /// Where it listens.
  var address: SocketAddress { listener.address }

  private static func read(_ client: BufferEvent, _ process: ProxyProcess) {
    guard client.input.firstRange(of: Array("\r\n\r\n".utf8)) != nil else {
      if client.inputCount > longestRequest { answer(client, "431 Request Header Fields Too Large", "too long\n") }
      return
    }
    client.onRead = nil
    let line = client.input.readLine() ?? ""
    let words = line.split(separator: " ")
    let isHead = words.first == "HEAD"
    // Scrapers may be told to add a query; there is nothing to ask for.
    switch (isHead ? "GET" : words.first, words.dropFirst().first?.prefix { $0 != "?" }) {
    case ("GET", "/metrics"):
      process.gather {
        $0.snapshot()
      } then: { [unowned process] snapshots in
        var all = Snapshot()
        for snapshot in snapshots { all.add(snapshot) }
        let metrics = Prometheus(
          all.counters, all.gauges, descriptors: Descriptors.usage, uptime: process.began.duration(to: .now))
        answer(client, "200 OK", metrics.text, withBody: !isHead)
      }
    case ("GET", "/healthz"):
      let isFine = !process.isDraining
      answer(client, isFine ? "200 OK" : "503 Service Unavailable", isFine ? "ok\n" : "draining\n", withBody: !isHead)
    case ("GET", _): answer(client, "404 Not Found", "try /metrics or /healthz\n", withBody: !isHead)
    default: answer(client, "405 Method Not Allowed", "only GET and HEAD\n", fields: "Allow: GET, HEAD\r\n")
    }
  }

  private static func answer(
    _ client: BufferEvent, _ status: String, _ body: String, fields: String = "", withBody: Bool = true
  ) {
    client.write(
      "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\(fields)\r\n"
        + (withBody ? body : ""))
    client.close(within: .seconds(10))
  }
}
