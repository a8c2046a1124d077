import EventStore
import Foundation
import Insights
import Journal
import Reports

/// Everything that is held about one person, as it is read: ask for the next piece until there is none.
package struct PersonalPages {
    private let source: PersonalData
    private let person: Person
    private let format: PersonalData.Format
    private let inStore: PersonInStore
    private var stage = Stage.about
    private var isFirst = true
    /// What stands in the journal from there on may not be in the store.
    private var mark = JournalPosition.start
    private var counts = Counts()

    /// What comes next, and from where on.
    private enum Stage {
        case about
        case events(after: [UInt64])
        case refused(after: UInt64?)
        case sequences(after: [UInt64])
        case journal(JournalReader, end: JournalPosition)
        case exports
        case erasures
        case end
        case done
    }

    private struct Counts {
        var events = 0
        var refused = 0
        var sequences = 0
        var waiting = 0
        var records = 0
        var bytes = 0
    }

    init(source: PersonalData, person: Person, format: PersonalData.Format) {
        self.source = source
        self.person = person
        self.format = format
        inStore = PersonInStore(person: person, store: source.store)
    }

    /// Some more bytes of the file; nil after its end.
    package mutating func next() async throws -> [UInt8]? {
        while true {
            if case .done = stage { return nil }
            let objects = try await nextObjects()
            guard !objects.isEmpty else { continue }
            var bytes: [UInt8] = []
            for object in objects {
                bytes += Array((isFirst ? format.opening : format.separator).utf8)
                isFirst = false
                bytes += object.encoded()
            }
            if case .done = stage { bytes += Array(format.closing.utf8) }
            return bytes
        }
    }

    private mutating func nextObjects() async throws -> [JSONValue] {
        switch stage {
        case .about:
            stage = .events(after: [])
            return [try await about()]
        case .events(let after):
            let page = try await rows("event", Self.events, after: after)
            counts.events += page.objects.count
            stage = page.next.map(Stage.events) ?? .refused(after: nil)
            return page.objects
        case .refused(let after):
            let (page, next) = try await inStore.refused(after: after)
            counts.refused += page.count
            stage = next.map(Stage.refused) ?? .sequences(after: [])
            return page.map { Self.object("refused", $0) }
        case .sequences(let after):
            let page = try await rows("sequence", Self.sequences, after: after)
            counts.sequences += page.objects.count
            let journal = source.journal
            stage =
                page.next.map(Stage.sequences) ?? .journal(journal.reader(from: .start), end: journal.durableEnd)
            return page.objects
        case .journal(var reader, let end):
            guard let piece = try reader.next(),
                JournalPosition(segment: piece.segment, offset: piece.startOffset) < end
            else {
                stage = .exports
                return []
            }
            stage = .journal(reader, end: end)
            return waiting(in: piece)
        case .exports:
            stage = .erasures
            return try await exports()
        case .erasures:
            stage = .end
            return try erasures()
        case .end:
            stage = .done
            return [end]
        case .done: return []
        }
    }

    // MARK: - Beginning and end

    private mutating func about() async throws -> JSONValue {
        // What arrived a moment ago is loaded in a moment; else it is shown as it stands in the journal.
        try? await source.loaded.wait(for: source.journal.durableEnd, seconds: 5)
        mark = try source.loaded.position()
        return Self.object(
            "about",
            [
                .init("uid", .string(person.uid)), .init("time", .int(source.nowSeconds())),
                .init("program", .string("footprint \(source.version)")),
            ]
        )
    }

    private var end: JSONValue {
        Self.object(
            "end",
            [
                .init("events", .int(Int64(counts.events))), .init("refused", .int(Int64(counts.refused))),
                .init("sequences", .int(Int64(counts.sequences))), .init("waiting", .int(Int64(counts.waiting))),
                .init("journal", ["records": .int(Int64(counts.records)), "bytes": .int(Int64(counts.bytes))]),
            ]
        )
    }

    private static func object(_ kind: String, _ members: [JSONValue.Member]) -> JSONValue {
        .object([JSONValue.Member("kind", .string(kind))] + members)
    }

    // MARK: - Rows

    private struct Columns {
        var table: SQL
        var columns: [Schema.Column]
        /// What tells a row from every other, and sorts them.
        var order: [StaticString]
    }

    private static let events = Columns(
        table: Schema.events,
        columns: Schema.eventColumns,
        order: ["arrival", "item_index", "journal_segment", "journal_offset"]
    )
    private static let sequences = Columns(
        table: Schema.sequences,
        columns: Schema.sequenceColumns,
        order: ["arrival", "number"]
    )

    private static let pageRows = 500

    /// A page of the person's rows with all their columns, and where the next one begins; nil: this was the last.
    private func rows(
        _ kind: String,
        _ columns: Columns,
        after: [UInt64]
    ) async throws(StoreError) -> (objects: [JSONValue], next: [UInt64]?) {
        let names = columns.columns.map(\.name.description)
        let selected = columns.columns.map { column -> SQL in
            // As seconds, which is how every answer gives a time.
            column.type.description.hasPrefix("DateTime") ? "toInt64(\(raw: column.name))" : "\(raw: column.name)"
        }
        let order = SQL.joined(columns.order.map { "\(raw: $0)" }, separator: ", ")
        let cursor = SQL.joined(after.map { "\($0)" }, separator: ", ")
        let further: SQL = after.isEmpty ? "" : " AND (\(order)) > (\(cursor))"
        let page = try await source.store.query(
            """
            SELECT \(SQL.joined(selected, separator: ", ")) FROM \(columns.table) \
            WHERE uid = \(person.uid)\(further) ORDER BY \(order) LIMIT \(Self.pageRows)
            """,
            limits: PersonInStore.patient
        )
        let objects = page.rows.map { row in
            Self.object(kind, zip(names, row).map { JSONValue.Member($0, JSONValue(stored: $1)) })
        }
        guard page.rows.count == Self.pageRows, let last = page.rows.last else { return (objects, nil) }
        let places = columns.order.compactMap { names.firstIndex(of: $0.description) }
        return (
            objects,
            try places.map { (place) throws(StoreError) in
                guard case .uint(let value) = last[place] else { throw PersonInStore.unexpected }
                return value
            }
        )
    }

    private static func object(_ kind: String, _ report: PersonInStore.Refused) -> JSONValue {
        object(
            kind,
            [
                .init("arrival", .uint(report.arrivalMicroseconds)), .init("app", .string(report.app)),
                .init("code", .string(report.code)), .init("detail", .string(report.detail)),
                text(of: report.body), .init("body_bytes", .uint(report.bodyBytes)),
                .init("replayed", .bool(report.isReplayed)),
            ]
        )
    }

    /// A body need not be text.
    private static func text(of body: [UInt8]) -> JSONValue.Member {
        if let text = String(validating: body, as: UTF8.self) { return .init("body", .string(text)) }
        return .init("body_base64", .string(Data(body).base64EncodedString()))
    }

    // MARK: - The journal

    /// What of a piece is the person's and not loaded yet; all that is his is counted.
    private mutating func waiting(in piece: JournalReader.Piece) -> [JSONValue] {
        var found: [JSONValue] = []
        piece.bytes.withUnsafeBytes { buffer in
            for record in piece.records {
                let payload = UnsafeRawBufferPointer(rebasing: buffer[record.payload])
                guard person.match(record.kind, payload).arrivalMicroseconds != nil else { continue }
                counts.records += 1
                counts.bytes += payload.count
                guard JournalPosition(segment: piece.segment, offset: record.offset) >= mark else { continue }
                if let object = Self.object(record.kind, payload) { found.append(object) }
            }
        }
        counts.waiting += found.count
        return found
    }

    private static func object(_ kind: RecordKind, _ payload: UnsafeRawBufferPointer) -> JSONValue? {
        switch kind {
        case .report, .replay: (try? StoredReport(payload)).flatMap(report)
        case .refused:
            (try? RefusedReport(payload)).map { report in
                object(
                    "waiting_refused",
                    PersonInStore.Refused(
                        arrivalMicroseconds: report.arrivalMicroseconds,
                        app: String(decoding: report.app, as: UTF8.self),
                        code: String(decoding: report.code, as: UTF8.self),
                        detail: String(decoding: report.detail, as: UTF8.self),
                        body: Array(report.body),
                        bodyBytes: UInt64(report.bodyBytes),
                        isReplayed: false
                    )
                )
            }
        }
    }

    private static func report(_ report: StoredReport) -> JSONValue? {
        func text(_ bytes: UnsafeRawBufferPointer) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }
        func number(_ value: (some FixedWidthInteger & UnsignedInteger)?) -> JSONValue {
            value.map { .uint(UInt64($0)) } ?? .null
        }
        var items: [JSONValue] = []
        do throws(StoredReport.Unreadable) {
            try report.forEachItem { _, item in
                items.append(
                    [
                        "event_time": number(item.eventTime), "channel": number(item.channel),
                        "operate_id": number(item.operateID), "page_id": number(item.pageID),
                        "pos_id": number(item.posID), "prev_id": number(item.prevID),
                        "trace_id": item.traceID.map(text) ?? .null, "duration": number(item.durationSeconds),
                    ]
                )
            }
        } catch {
            return nil
        }
        return object(
            "waiting",
            [
                .init("arrival", .uint(report.arrivalMicroseconds)), .init("app", text(report.app)),
                .init("uid", text(report.uid)), .init("openid", text(report.openid)),
                .init("device_type", number(report.deviceType)), .init("business_type", number(report.businessType)),
                .init("idempotency_key", report.idempotencyKey.map(text) ?? .null), .init("items", .array(items)),
            ]
        )
    }

    // MARK: - Copies and erasures

    private func exports() async throws -> [JSONValue] {
        let times = try await inStore.times()
        return try source.directory.exports.concerning(person, events: times.events, oldest: times.oldest).map {
            guard case .object(let members) = $0.json else { return $0.json }
            return Self.object("export", members)
        }
    }

    private func erasures() throws -> [JSONValue] {
        let hash = try source.directory.hash(of: person.uid)
        let done = try source.directory.receipts(limit: .max).filter { $0.uidHash == hash }
        let pending = try source.directory.pending().filter { $0.uid == person.uid }
        return done.map { ["kind": "erasure", "receipt": $0.json] }
            + pending.map { ["kind": "erasure", "pending": .string($0.id)] }
    }
}
