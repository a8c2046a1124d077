// swift-tools-version: 6.3

import PackageDescription

/// What every target of ours is compiled with; STYLE: warnings are errors, imports are internal and explicit.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")

let package = Package(
    name: "footprint",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .executable(name: "footprint", targets: ["footprint"]),
        .library(name: "FootprintClient", targets: ["FootprintClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The contract: no I/O, nothing of ours.
        .target(name: "Reports", swiftSettings: house),

        // The truth on disk.
        .target(name: "CFootprint"),
        .target(name: "Journal", dependencies: ["CFootprint"], swiftSettings: house),

        .target(
            name: "Access",
            dependencies: [crypto, .product(name: "CryptoExtras", package: "swift-crypto")],
            swiftSettings: house
        ),

        // What may be reported, as people write it and as it was at any time.
        .target(
            name: "Plans",
            dependencies: ["Reports", "Access", .product(name: "Yams", package: "Yams")],
            swiftSettings: house
        ),

        // TLS by OpenSSL, HTTP/2 by nghttp2: the system's own, so that its updates reach us without a build.
        .target(name: "CTLS", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "Collector",
            dependencies: [
                "Reports", "Journal", "Access", "CFootprint", "CTLS", "CNGHTTP2", "CZlib", nioCore, logging,
            ],
            swiftSettings: house
        ),

        // The store, derived from the journal.
        .target(name: "EventStore", dependencies: ["Reports"], swiftSettings: house),
        .target(name: "CADBC", linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "EmbeddedClickHouse",
            dependencies: ["EventStore", "CADBC", logging],
            swiftSettings: house
        ),
        .target(
            name: "RemoteClickHouse",
            dependencies: [
                "EventStore", "CZlib", httpClient, nioCore, nioPosix, nioSSL, logging,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "Loader",
            dependencies: ["Reports", "Journal", "EventStore", "CFootprint", logging],
            swiftSettings: house
        ),

        .target(
            name: "Quarantine",
            dependencies: ["Reports", "Journal", "EventStore", logging],
            swiftSettings: house
        ),

        .target(name: "Insights", dependencies: ["EventStore", "Reports"], swiftSettings: house),

        // What is held about one person: erased, handed out; and what is too old for anybody.
        .target(
            name: "Privacy",
            dependencies: [
                "Reports", "Journal", "Access", "EventStore", "Loader", "Quarantine", "Insights", crypto, logging,
            ],
            swiftSettings: house
        ),
        .target(
            name: "Live",
            dependencies: ["Journal", "Reports", "Loader", "Insights", "CFootprint"],
            swiftSettings: house
        ),
        .target(
            name: "Console",
            dependencies: [
                "Insights", "Access", "Plans", "EventStore", "Quarantine", "Live", "Privacy", "Reports", "CZlib",
                crypto,
                hummingbird,
                httpTypes, logging, nioCore,
                nioPosix,
            ],
            swiftSettings: house
        ),
        .target(
            name: "FootprintClient",
            dependencies: ["Reports", httpClient, nioCore, nioSSL],
            swiftSettings: house
        ),
        .target(
            name: "FootprintServer",
            dependencies: [
                "Reports", "Journal", "Access", "Plans", "Collector", "EventStore", "EmbeddedClickHouse",
                "RemoteClickHouse", "Loader", "Insights",
                "Quarantine", "Live", "Privacy", "Console", hummingbird, httpTypes, nioCore, nioPosix, logging,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "footprint",
            dependencies: [
                "FootprintServer", "FootprintClient", "Collector", "Reports", "Journal", "Access", "Plans",
                "EventStore", "RemoteClickHouse",
                "Insights",
                "Console", "CZlib", "Privacy",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                httpClient, nioCore, nioSSL, logging,
            ],
            swiftSettings: house
        ),

        // Parts of the report route by themselves, with their allocations counted (make bench-hotpath).
        .target(name: "CAllocations", path: "Benchmarks/CAllocations"),
        .executableTarget(
            name: "HotPath",
            dependencies: ["CAllocations", "Access", "Collector", "Journal", "Reports"],
            path: "Benchmarks/HotPath",
            swiftSettings: house
        ),

        // What more than one target of the tests needs: the reference parser, the simulated disk.
        .target(
            name: "TestSupport",
            dependencies: ["Reports", "Journal"],
            path: "Tests/TestSupport",
            swiftSettings: house
        ),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "TestSupport"], swiftSettings: house),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "TestSupport"], swiftSettings: house),
        .testTarget(name: "AccessTests", dependencies: ["Access"], swiftSettings: house),
        .testTarget(
            name: "PlansTests",
            dependencies: ["Plans", "Reports", "Access", "TestSupport"],
            swiftSettings: house
        ),
        .testTarget(
            name: "CollectorTests",
            dependencies: ["Collector", "Reports", "Journal", "Access", nioCore],
            swiftSettings: house
        ),
        .testTarget(
            name: "EmbeddedClickHouseTests",
            dependencies: ["EmbeddedClickHouse", "EventStore", "Reports", logging],
            swiftSettings: house
        ),
        .testTarget(
            name: "RemoteClickHouseTests",
            dependencies: ["RemoteClickHouse", "EventStore", "Reports", "TestSupport", logging],
            swiftSettings: house
        ),
        .testTarget(
            name: "LoaderTests",
            dependencies: ["Loader", "Quarantine", "Journal", "EventStore", "EmbeddedClickHouse", "Reports", logging],
            swiftSettings: house
        ),
        .testTarget(
            name: "PrivacyTests",
            dependencies: [
                "Privacy", "Access", "Loader", "Journal", "EventStore", "EmbeddedClickHouse", "Insights", "Reports",
                logging,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "InsightsTests",
            dependencies: [
                "Insights", "EventStore", "EmbeddedClickHouse", "RemoteClickHouse", "Reports", "TestSupport", logging,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "Insights", "Access", "Plans", "EventStore", "Reports", hummingbird, httpTypes, nioCore,
                nioPosix,
                logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "FootprintClientTests",
            dependencies: ["FootprintClient", nioCore, nioPosix],
            swiftSettings: house
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["footprint", "FootprintClient", "Insights"],
            swiftSettings: house
        ),
        .testTarget(
            name: "EndToEnd",
            dependencies: ["TestSupport", "CTLS", nioCore, nioPosix, httpClient],
            // They wait for a program that is optimised; making them quick themselves costs minutes of every build.
            swiftSettings: house + [.unsafeFlags(["-Onone"])]
        ),
    ]
)

// libFuzzer brings its own main function: these build with `--sanitize=fuzzer` only (make fuzz).
if Context.environment["FOOTPRINT_FUZZ"] != nil {
    package.targets += ["FuzzReports", "FuzzJournal"].map { name in
        .executableTarget(
            name: name,
            dependencies: ["Reports", "Journal", "TestSupport"],
            path: "Tests/Fuzz/\(name)",
            swiftSettings: house
        )
    }
}
