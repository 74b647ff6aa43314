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

let package = Package(
  name: "sluice",
  products: [
    .library(name: "Sluice", targets: ["Sluice"]),
    .library(name: "SluiceTLS", targets: ["SluiceTLS"]),
    .library(name: "SluiceTLSTesting", targets: ["SluiceTLSTesting"]),
    .library(name: "SluiceCompression", targets: ["SluiceCompression"]),
    .library(name: "SluiceRateLimiting", targets: ["SluiceRateLimiting"]),
    .executable(name: "bench", targets: ["Bench"]),
    .executable(name: "sluice", targets: ["SluiceTool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "CSluiceSystem"),
    .target(name: "Sluice", dependencies: ["CSluiceSystem"], swiftSettings: settings),
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
    .executableTarget(
      name: "Bench",
      dependencies: [
        "Sluice", "SluiceCompression", "SluiceRateLimiting", "SluiceTLS", "SluiceTLSTesting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Samples/bench", exclude: ["floor"], swiftSettings: settings),
    .target(
      name: "StackDescription", dependencies: ["Sluice"], path: "Samples/StackDescription", swiftSettings: settings),
    .executableTarget(
      name: "SluiceTool",
      dependencies: [
        "Sluice", "SluiceCompression", "SluiceRateLimiting", "StackDescription",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Samples/sluice", swiftSettings: settings),
    .testTarget(
      name: "StackDescriptionTests", dependencies: ["StackDescription", "Sluice"], swiftSettings: settings),
    .testTarget(
      name: "SluiceToolTests", dependencies: ["Sluice", "SluiceTool", "StackDescription"], swiftSettings: settings),
    .testTarget(name: "SluiceTests", dependencies: ["Sluice"], swiftSettings: settings),
    .testTarget(
      name: "SluiceTLSTests", dependencies: ["SluiceTLS", "SluiceTLSTesting", "COpenSSL"], swiftSettings: settings),
    .testTarget(
      name: "SluiceTLSTestingTests", dependencies: ["SluiceTLSTesting", "COpenSSL"], swiftSettings: settings),
    .testTarget(
      name: "SluiceCompressionTests", dependencies: ["SluiceCompression", "Sluice"], swiftSettings: settings),
    .testTarget(
      name: "SluiceRateLimitingTests", dependencies: ["Sluice", "SluiceRateLimiting"], swiftSettings: settings),
  ]
)
