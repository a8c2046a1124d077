import Access
import Collector
import Foundation
import Journal
import NIOCore
import Reports
import Synchronization

/// The front door on a free loopback port, with a real journal and real tokens; other requests are echoed.
final class RunningCollector: Sendable {
    let path: String
    let port: Int
    let token: String
    let journal: Journal
    let collector: Collector
    let disk: FullDisk

    init(_ change: (inout CollectorSettings) -> Void = { _ in }, waitingBytesLimit: Int = 64 << 20) async throws {
        path = NSTemporaryDirectory() + "footprint-collector-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/journal", withIntermediateDirectories: true)
        let access = try Access(dataDirectory: path)
        let app = try access.addApp(name: "test", by: .system)
        token = try access.issueToken(
            app: app.id,
            ttlSeconds: 3600,
            nowSeconds: Int64(Date().timeIntervalSince1970)
        )
        disk = FullDisk()
        journal = try Journal.open(
            folder: path + "/journal",
            options: JournalOptions(waitingBytesLimit: waitingBytesLimit, preallocates: false),
            disk: disk
        ).journal
        var settings = CollectorSettings()
        change(&settings)
        collector = try Collector(
            settings: settings,
            journal: journal,
            access: access,
            plan: PlanTable(.contract),
            loops: 2
        ) { request, stream in
            if request.target == "/fail" { throw CancellationError() }
            if request.target == "/slow" { try await Task.sleep(for: .milliseconds(200)) }
            let length = request.target == "/stream" ? nil : request.body.readableBytes
            let writer = try await stream.begin(
                status: 200,
                reason: "OK",
                headers: [("X-Target", request.method + " " + request.target)],
                contentLength: length
            )
            try await writer.write(request.body)
            try await writer.end()
        }
        port = try collector.listen(host: "127.0.0.1", port: 0)
    }

    func stop() async throws {
        await collector.drain(timeoutSeconds: 1)
        journal.close()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A report of one event, as bytes of a request.
    func report(_ uid: String = "u", headers: String = "") -> String {
        let body = #"{"head":{"uid":"\#(uid)","openid":"o"},"items":[{"page_id":1}]}"#
        return "POST /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: h\r\nAuthorization: \(token)\r\n"
            + "Content-Type: application/json\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Records of the journal: accepted reports, unless others are asked for.
    func records(_ kind: RecordKind = .report) throws -> Int {
        var reader = journal.reader(from: .start)
        var count = 0
        while let piece = try reader.next() { count += piece.records.count { $0.kind == kind } }
        return count
    }
}

/// The real disk, full or stuck when it is told to be.
final class FullDisk: Disk {
    let isFull = Atomic<Bool>(false)
    let isStuck = Atomic<Bool>(false)
    let syncsThatWait = Atomic<Int>(0)
    private let real = RealDisk()

    func list(_ folder: String) throws(DiskError) -> [String] { try real.list(folder) }
    func rename(_ from: String, to: String) throws(DiskError) { try real.rename(from, to: to) }
    func remove(_ path: String) throws(DiskError) { try real.remove(path) }
    func syncFolder(_ path: String) throws(DiskError) { try real.syncFolder(path) }
    func modifiedAtSeconds(_ path: String) throws(DiskError) -> Int64 { try real.modifiedAtSeconds(path) }
    func freeBytes(_ folder: String) throws(DiskError) -> UInt64 { try real.freeBytes(folder) }
    func open(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        File(disk: self, real: try real.open(path, create: create), path: path)
    }

    private struct File: DiskFile {
        let disk: FullDisk
        let real: any DiskFile
        let path: String

        func sizeBytes() throws(DiskError) -> UInt64 { try real.sizeBytes() }
        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(DiskError) -> Int {
            try real.read(into: buffer, at: offset)
        }
        func write(_ buffers: [UnsafeRawBufferPointer], at offset: UInt64) throws(DiskError) {
            guard !disk.isFull.load(ordering: .relaxed) else {
                throw DiskError(operation: "write", path: path, code: 28, message: "No space left on device")
            }
            try real.write(buffers, at: offset)
        }
        func sync() throws(DiskError) {
            if disk.isStuck.load(ordering: .relaxed) {
                disk.syncsThatWait.wrappingAdd(1, ordering: .relaxed)
                while disk.isStuck.load(ordering: .relaxed) { usleep(1_000) }
            }
            try real.sync()
        }
        func truncate(to sizeBytes: UInt64) throws(DiskError) { try real.truncate(to: sizeBytes) }
        func close() { real.close() }
    }
}
