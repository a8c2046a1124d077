import Access
import CAllocations
import Collector
import Foundation
import Journal
import Reports

/// The parts that every report goes through, one by one: how long an event takes on one core, and how many allocations.
/// The last line is all of them together, over a socket and a real disk, client and server in one process.
@main
struct HotPath {
    static func main() async throws {
        let folder = CommandLine.arguments.dropFirst().first ?? ".cache/hotpath"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder + "/journal", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        print("| part | events/s of one core | ns an event | allocations an event |\n|---|---:|---:|---:|")
        for items in [1, 50, 500] { parser(items) }
        encoder()
        try journal(folder)
        let access = try Access(dataDirectory: folder)
        let app = try access.addApp(name: "hot path", by: .system)
        let now = Int64(Date().timeIntervalSince1970)
        let token = try access.issueToken(app: app.id, ttlSeconds: 3_600, nowSeconds: now)
        tokens(access, token, now)
        for items in [1, 50] { try await route(folder, access, token, items) }
    }

    static func body(_ items: Int, uid: Int) -> [UInt8] {
        let now = Int(Date().timeIntervalSince1970)
        let list = (0..<items).map { index in
            #"{"event_time":\#(now - items + index),"channel":1,"operate_id":10000,"page_id":\#(index % 40 + 1),"#
                + #""pos_id":\#(index % 7),"prev_id":3,"trace_id":"trace-\#(100_000 + index)","duration":\#(index % 300)}"#
        }
        return Array(
            #"{"head":{"uid":"\#(uid)","openid":"oXinyue000000000001","device_type":1,"business_type":1},"items":[\#(list.joined(separator: ","))]}"#
                .utf8
        )
    }

    /// Times `count` calls of `work`, each of which deals with `events` events, after a tenth of them to warm up.
    static func measure(_ name: String, count: Int, events: Int, _ work: (Int) -> Void) {
        for number in 0..<max(count / 10, 1) { work(number) }
        let allocations = footprint_allocations()
        let began = ContinuousClock.now
        for number in 0..<count { work(number) }
        let took = ContinuousClock.now - began
        report(name, took, events: count * events, allocations: footprint_allocations() - allocations)
    }

    static func report(_ name: String, _ took: Duration, events: Int, allocations: UInt64) {
        let nanoseconds = took / .nanoseconds(1) / Double(events)
        let each = Double(allocations) / Double(events)
        print(
            "| \(name) | \(Int(1e9 / nanoseconds)) | \(String(format: "%.1f", nanoseconds)) "
                + "| \(String(format: each == 0 ? "%.0f" : "%.4f", each)) |"
        )
    }

    /// JSON in, journal encoding out: parser and encoder are one pass.
    static func parser(_ items: Int) {
        let parser = ReportParser()
        let plan = PlanTable(.contract)
        let body = body(items, uid: 100_000_000_001)
        let output = UnsafeMutableRawBufferPointer.allocate(
            byteCount: encodedReportBound(bodyBytes: body.count),
            alignment: 8
        )
        defer { output.deallocate() }
        let now = Int64(Date().timeIntervalSince1970)
        let app = Array("app_hotpath".utf8)
        app.withUnsafeBytes { app in
            body.withUnsafeBytes { body in
                measure("parse and encode, \(items) a report", count: 2_000_000 / items, events: items) { number in
                    let encoded = try? parser.parse(
                        body,
                        plan: plan,
                        circumstances: .init(app: app, nowSeconds: now, arrivalMicroseconds: UInt64(number)),
                        into: output
                    )
                    precondition(encoded?.items == items)
                }
            }
        }
    }

    /// Framing and checksum of a record that stands in the batch already.
    static func encoder() {
        let batch = JournalBatch(capacityBytes: 1 << 20)
        measure("frame and checksum, 100 bytes", count: 4_000_000, events: 1) { _ in
            if batch.sizeBytes > 900_000 { batch.reset() }
            _ = batch.reserve(payloadBytes: 100)
            batch.commit(payloadBytes: 100, kind: .report)
        }
    }

    /// Groups of 64 records, written and synced.
    static func journal(_ folder: String) throws {
        let journal = try Journal.open(folder: folder + "/journal").journal
        let batch = JournalBatch()
        while journal.commitHere(filled(batch)) == nil { usleep(1_000) }
        measure("commit groups of 64: write and fdatasync", count: 2_000, events: 64) { _ in
            // A slow moment of the disk hands over to the journal's thread, as the intake does.
            while journal.commitHere(filled(batch)) == nil { usleep(100) }
        }
        journal.close()
    }

    static func filled(_ batch: JournalBatch) -> JournalBatch {
        batch.reset()
        for _ in 0..<64 {
            _ = batch.reserve(payloadBytes: 100)
            batch.commit(payloadBytes: 100, kind: .report)
        }
        return batch
    }

    static func tokens(_ access: Access, _ token: String, _ now: Int64) {
        let bytes = Array(token.utf8)
        bytes.withUnsafeBytes { bytes in
            var cache = TokenCache()
            measure("verify a token seen before", count: 2_000_000, events: 1) { _ in
                guard case .app = cache.authenticate(bytes, access: access, nowSeconds: now) else {
                    preconditionFailure("refused")
                }
            }
            measure("verify a token for the first time", count: 50_000, events: 1) { _ in
                guard case .app = access.authenticate(bytes, nowSeconds: now) else { preconditionFailure("refused") }
            }
        }
    }

    /// Socket to disk and back: 64 connections, each with one report under way.
    static func route(_ folder: String, _ access: Access, _ token: String, _ items: Int) async throws {
        let journal = try Journal.open(folder: folder + "/journal").journal
        let collector = try Collector(
            settings: CollectorSettings(),
            journal: journal,
            access: access,
            plan: PlanTable(.contract),
            loops: 1
        ) { _, _ in throw CancellationError() }
        let port = try collector.listen(host: "127.0.0.1", port: 0)
        let body = body(items, uid: 100_000_000_001)
        let request = Array(
            "POST /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: h\r\nAuthorization: \(token)\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
                .utf8
        )
        let whole = request + body
        let clients = try (0..<64).map { _ in try Client(port: port) }
        func round() {
            for client in clients { client.send(whole) }
            for client in clients { client.receiveAnswer() }
        }
        for _ in 0..<50 { round() }
        let rounds = 10_000 / items
        let allocations = footprint_allocations()
        let began = ContinuousClock.now
        for _ in 0..<rounds { round() }
        let took = ContinuousClock.now - began
        report(
            "the whole route, client too, \(items) a report",
            took,
            events: rounds * 64 * items,
            allocations: footprint_allocations() - allocations
        )
        await collector.drain(timeoutSeconds: 1)
        journal.close()
    }
}

/// A blocking client that allocates nothing while it runs.
final class Client {
    private let descriptor: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw CocoaError(.fileReadUnknown) }
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    func send(_ request: [UInt8]) {
        request.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Foundation.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
                precondition(count > 0, "the server went away")
                sent += count
            }
        }
    }

    /// Reads until an answer's end, which is its only `}`.
    func receiveAnswer() {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            precondition(count > 0, "the server went away")
            if buffer[count - 1] == UInt8(ascii: "}") { return }
        }
    }
}
