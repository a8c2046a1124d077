import Foundation
import Testing

/// What is held about one person: erased everywhere, handed out whole; and nobody's data kept for longer than it may be.
@Suite("Privacy")
enum Privacy {
    /// Everybody's data at the beginning: three events of each, in two reports, and two reports of each that are refused.
    static func fill(_ server: Footprint, _ uids: [String]) async throws {
        for uid in uids {
            expectStored(
                try server.report(
                    ReportBody.text(uid: uid, items: #"[{"page_id":1,"trace_id":"t-\#(uid)"},{"page_id":2}]"#)
                )
            )
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":3}]"#)))
            #expect(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":"x"}]"#)).ret == 1001)
            // The same letters by their numbers, as some programs write them.
            let escaped = uid.unicodeScalars.map { String(format: "\\u%04x", $0.value) }.joined()
            #expect(try server.report(#"{"head":{"uid":"\#(escaped)"},"items":[{"page_id":1}]}"#).ret == 1001)
        }
        for uid in uids { try await settle(server, uid, events: 3, refused: 2) }
    }

    /// Waits until the store holds so much about somebody, and the journal nothing more.
    static func settle(_ server: Footprint, _ uid: String, events: Int, refused: Int) async throws {
        _ = try await eventually("\(uid) has \(events) events", withinSeconds: 30, every: 0.1) {
            let stages = try server.question("where", [("uid", uid)])["stages"]?.array ?? []
            let loaded = stages.count { $0["stage"]?.string == "loaded" }
            let quarantined = stages.count { $0["in_quarantine"] == .bool(true) }
            return loaded == events && quarantined == refused && stages.count == events + refused ? true : nil
        }
    }

    static func stages(_ server: Footprint, _ uid: String) throws -> [JSON] {
        try server.question("where", [("uid", uid)])["stages"]?.array ?? []
    }

    static func forget(_ server: Footprint, _ body: String, token: String? = nil) throws -> HTTPAnswer {
        try server.ask(
            HTTPRequest(
                target: "/api/v1/forget",
                headers: [
                    ("Host", "localhost"), ("Content-Type", "application/json"),
                    ("Authorization", token ?? server.installation.adminToken),
                ],
                body: Array(body.utf8)
            )
        )
    }

    /// Erases by the command line; the receipt.
    static func forget(_ uid: String, _ installation: Installation) async throws -> JSON {
        try JSON.parse(try await Program.output(of: ["forget", "--uid", uid, "--data", installation.data]))
    }

    /// Files below the data directory that hold these bytes anywhere, by their paths in it.
    static func files(holding text: String, in data: String, below folder: String = "") throws -> [String] {
        let root = "\(data)/\(folder)"
        let names = try FileManager.default.subpathsOfDirectory(atPath: root)
        return names.filter { name in
            guard let bytes = FileManager.default.contents(atPath: "\(root)/\(name)") else { return false }
            return bytes.range(of: Data(text.utf8)) != nil
        }
    }
}
