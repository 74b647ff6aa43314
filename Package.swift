// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .treatAllWarnings(as: .error),
]

/// A sample to read: an executable in a folder of its own.
func sample(_ name: String, _ folder: String, _ products: Target.Dependency...) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["SampleSupport", "Sluice", .product(name: "ArgumentParser", package: "swift-argument-parser")]
      + products,
    path: "Samples/\(folder)", exclude: ["README.md"], swiftSettings: settings)
}

let package = Package(
  name: "sluice",
  products: [
    .library(name: "Sluice", targets: ["Sluice"]),
    .library(name: "SluiceTesting", targets: ["SluiceTesting"]),
    .library(name: "SluiceTLS", targets: ["SluiceTLS"]),
    .library(name: "SluiceTLSTesting", targets: ["SluiceTLSTesting"]),
    .library(name: "SluiceCompression", targets: ["SluiceCompression"]),
    .library(name: "SluiceRateLimiting", targets: ["SluiceRateLimiting"]),
    .library(name: "SluiceFaults", targets: ["SluiceFaults"]),
    .library(name: "SluiceTap", targets: ["SluiceTap"]),
    .library(name: "SluiceProxyProtocol", targets: ["SluiceProxyProtocol"]),
    .library(name: "SluiceFraming", targets: ["SluiceFraming"]),
    .executable(name: "bench", targets: ["Bench"]),
    .executable(name: "sluice", targets: ["SluiceTool"]),
    .executable(name: "echo", targets: ["EchoSample"]),
    .executable(name: "tcp-proxy", targets: ["TCPProxySample"]),
    .executable(name: "tls-proxy", targets: ["TLSProxySample"]),
    .executable(name: "gzip-tunnel", targets: ["GzipTunnelSample"]),
    .executable(name: "starttls-server", targets: ["STARTTLSServerSample"]),
    .executable(name: "line-chat", targets: ["LineChatSample"]),
    .executable(name: "rot13-filter", targets: ["Rot13Sample"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .target(name: "CSluiceSystem"),
    .target(name: "Sluice", dependencies: ["CSluiceSystem"], swiftSettings: settings),
    .target(name: "SluiceTesting", dependencies: ["Sluice"], swiftSettings: settings),
    .target(name: "COpenSSL", path: "Filters/COpenSSL"),
    .target(
      name: "SluiceTLS", dependencies: ["Sluice", "COpenSSL"], path: "Filters/TLS", swiftSettings: settings),
    .target(
      name: "SluiceTLSTesting", dependencies: ["COpenSSL"], path: "Filters/TLSTesting", swiftSettings: settings),
    .systemLibrary(name: "CZlib", path: "Filters/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "SluiceCompression", dependencies: ["Sluice", "CZlib"], path: "Filters/Compression", swiftSettings: settings
    ),
    .target(
      name: "SluiceRateLimiting", dependencies: ["Sluice"], path: "Filters/RateLimiting", swiftSettings: settings),
    .target(name: "SluiceFaults", dependencies: ["Sluice"], path: "Filters/Faults", swiftSettings: settings),
    .target(name: "SluiceTap", dependencies: ["Sluice"], path: "Filters/Tap", swiftSettings: settings),
    .target(name: "SluiceFraming", dependencies: ["Sluice"], path: "Filters/Framing", swiftSettings: settings),
    .target(
      name: "SluiceProxyProtocol", dependencies: ["Sluice"], path: "Filters/ProxyProtocol", swiftSettings: settings),
    .executableTarget(
      name: "Bench",
      dependencies: [
        "Sluice", "SluiceCompression", "SluiceRateLimiting", "SluiceTLS", "SluiceTLSTesting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Samples/bench", exclude: ["floor", "proxies"], swiftSettings: settings),
    .target(
      name: "StackDescription", dependencies: ["Sluice"], path: "Samples/StackDescription", swiftSettings: settings),
    .executableTarget(
      name: "SluiceTool",
      dependencies: [
        "CSluiceSystem", "Sluice", "SluiceCompression", "SluiceFaults", "SluiceProxyProtocol", "SluiceRateLimiting",
        "SluiceTLS", "SluiceTLSTesting", "SluiceTap", "StackDescription",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Samples/sluice", swiftSettings: settings),
    .target(name: "SampleSupport", path: "Samples/support", swiftSettings: settings),
    sample("EchoSample", "echo"),
    sample("TCPProxySample", "tcp-proxy"),
    sample("TLSProxySample", "tls-proxy", "SluiceTLS"),
    sample("GzipTunnelSample", "gzip-tunnel", "SluiceCompression"),
    sample("STARTTLSServerSample", "starttls-server", "SluiceTLS", "SluiceTLSTesting"),
    sample("LineChatSample", "line-chat", "SluiceFraming", "SluiceRateLimiting"),
    sample("Rot13Sample", "rot13-filter"),
    .testTarget(name: "SamplesTests", dependencies: ["Rot13Sample", "SluiceTesting"], swiftSettings: settings),
    .testTarget(
      name: "StackDescriptionTests", dependencies: ["StackDescription", "Sluice"], swiftSettings: settings),
    .testTarget(
      name: "SluiceToolTests", dependencies: ["Sluice", "SluiceTool", "SluiceTLSTesting", "StackDescription"],
      swiftSettings: settings),
    .testTarget(name: "SluiceTests", dependencies: ["Sluice", "SluiceTesting"], swiftSettings: settings),
    .testTarget(
      name: "SluiceTestingTests",
      dependencies: [
        "Sluice", "SluiceTesting", "SluiceCompression", "SluiceFaults", "SluiceProxyProtocol", "SluiceRateLimiting",
        "SluiceTap", "SluiceTLS", "SluiceTLSTesting",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "FaultServer", dependencies: ["Sluice"], path: "Tests/FaultServer", swiftSettings: settings),
    .testTarget(name: "FaultTests", dependencies: ["Sluice", "FaultServer"], swiftSettings: settings),
    .testTarget(
      name: "ContractTests",
      dependencies: [
        "Sluice", "SluiceTesting", "SluiceCompression", "SluiceRateLimiting", "SluiceTLS", "SluiceTLSTesting",
      ], swiftSettings: settings),
    .testTarget(
      name: "SluiceTLSTests",
      dependencies: ["SluiceTLS", "SluiceTLSTesting", "SluiceRateLimiting", "SluiceCompression", "COpenSSL"],
      swiftSettings: settings),
    .testTarget(
      name: "SluiceTLSTestingTests", dependencies: ["SluiceTLSTesting", "COpenSSL"], swiftSettings: settings),
    .testTarget(
      name: "SluiceCompressionTests", dependencies: ["SluiceCompression", "Sluice", "SluiceTesting"],
      swiftSettings: settings),
    .testTarget(
      name: "SluiceRateLimitingTests", dependencies: ["Sluice", "SluiceRateLimiting", "SluiceTesting"],
      swiftSettings: settings),
    .testTarget(
      name: "SluiceFaultsTests", dependencies: ["Sluice", "SluiceFaults", "SluiceTLS", "SluiceTLSTesting"],
      swiftSettings: settings),
    .testTarget(name: "SluiceTapTests", dependencies: ["Sluice", "SluiceTap"], swiftSettings: settings),
    .testTarget(
      name: "SluiceFramingTests", dependencies: ["Sluice", "SluiceFraming", "SluiceTesting"], swiftSettings: settings),
    .testTarget(
      name: "SluiceProxyProtocolTests", dependencies: ["Sluice", "SluiceProxyProtocol", "SluiceTesting"],
      swiftSettings: settings),
  ]
)
