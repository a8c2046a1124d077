import Foundation

/// The shop's events on the questions' server.
enum Shop {
    /// Loaded once for all tests.
    private static let loaded = Task { try await ShopEvents.load() }

    static func events() async throws -> [ShopEvent] { try await loaded.value.events }

    /// The whole of what the shop reported.
    static let everything = [("from", "2024-01-01"), ("to", "2024-06-30")]

    @Sendable
    static func send(to server: Footprint) async throws {
        let shop = try await loaded.value
        let file = "\(server.installation.folder)/shop.jsonl.gz"
        try Data(shop.file).write(to: URL(filePath: file))
        // One connection: events of one second then arrive in the file's order, which entries and exits depend on.
        try await Program.output(
            of: ["send", file, "--to", server.url, "--token", server.token, "--connections", "1"]
        )
        _ = try await eventually("all \(shop.events.count) events are there", withinSeconds: 60, every: 0.3) {
            let count = try server.question("overview", everything)["events"]?.int ?? 0
            return count >= shop.events.count ? count : nil
        }
    }
}
