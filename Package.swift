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
    .library(name: "Sluice", targets: ["Sluice"])
  ],
  targets: [
    .target(name: "Sluice", swiftSettings: settings),
    .testTarget(name: "SluiceTests", dependencies: ["Sluice"], swiftSettings: settings),
  ]
)
