import Access
package import EventStore
import HTTPTypes
import Hummingbird
import Insights
import Logging
import NIOCore
package import NIOPosix
import Privacy
import Synchronization

/// What exports need of the server.
package struct ExportSource: Sendable {
    let store: any EventStore
    let folder: String
    let threads: NIOThreadPool

    /// - Parameter folder: for files on their way; nobody else's.
    package init(store: any EventStore, folder: String, threads: NIOThreadPool) {
        self.store = store
        self.folder = folder
        self.threads = threads
    }
}

/// `GET /api/v1/export`: raw events as a file, for viewers. Written down before its first byte goes out.
struct ExportRoute: Sendable {
    let source: ExportSource
    let gate: AdminGate
    /// nil where nobody keeps the index of exports.
    let privacy: Privacy?
    let nowSeconds: @Sendable () -> Int64
    let logger: Logger
    private let underWay = Seats()

    /// Each keeps a question's thread busy, and a file on the disk.
    static let atOnce = 2

    init(
        source: ExportSource,
        gate: AdminGate,
        privacy: Privacy?,
        nowSeconds: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        self.source = source
        self.gate = gate
        self.privacy = privacy
        self.nowSeconds = nowSeconds
        self.logger = logger
    }

    func add(to router: Router<ConsoleContext>) {
        router.path("/api/v1/export", [(.get, { request, context in await answer(request, context) })])
    }

    private func answer(_ request: Request, _ context: ConsoleContext) async -> Response {
        do throws(APIAnswer) {
            let administrator = try gate.admit(request, context, to: .viewer, ownPagesOnly: false)
            let export = try Self.export(request, nowSeconds: nowSeconds())
            guard request.method != .head else { return Self.response(export, rows: nil, body: ResponseBody()) }
            guard source.store.writesFiles else {
                throw .unavailable(detail: "the store is a ClickHouse server: ask it for the rows (FORMAT Parquet)")
            }
            guard let seat = underWay.take() else {
                throw .unavailable(detail: "\(Self.atOnce) exports are under way already; try again later")
            }
            let pieces = try await counted(export)
            let rows = pieces.reduce(0) { $0 + $1.rows }
            try await writeDown(export, rows: rows, by: administrator.actor(in: context))
            return Self.response(export, rows: rows, body: body(export, pieces, seat))
        } catch {
            return error.response
        }
    }

    private static func export(_ request: Request, nowSeconds: Int64) throws(APIAnswer) -> EventExport {
        do {
            return try EventExport(
                parameters: try PercentEncoding.parameters(of: request.uri.query ?? ""),
                nowSeconds: nowSeconds
            )
        } catch let error as PercentEncoding.Malformed {
            throw .badParameter(detail: error.detail)
        } catch QuestionError.badParameter(let detail) {
            throw .badParameter(detail: detail)
        } catch {
            throw .internalError
        }
    }

    private func counted(_ export: EventExport) async throws(APIAnswer) -> [EventExport.Piece] {
        do throws(StoreError) {
            return try await export.pieces(in: source.store)
        } catch {
            throw .unavailable(detail: "\(error)")
        }
    }

    /// The copy leaves our hands: an erasure must be able to name it.
    private func writeDown(_ export: EventExport, rows: Int, by actor: AuditActor) async throws(APIAnswer) {
        guard let privacy else { return }
        let entry = ExportsIndex.Entry(
            time: nowSeconds(),
            path: export.destination,
            format: export.format.rawValue,
            from: export.period.lowerBound,
            to: export.period.upperBound,
            filters: export.filters,
            rows: rows,
            by: actor.who
        )
        let disk = DiskWork(threads: source.threads, logger: logger)
        try await disk.run { () throws(PrivacyError) in try privacy.directory.exports.append(entry) }
    }

    private func body(_ export: EventExport, _ pieces: [EventExport.Piece], _ seat: Seats.Seat) -> ResponseBody {
        let stream = ExportStream(
            export: export,
            store: source.store,
            folder: source.folder,
            threads: source.threads
        )
        return ResponseBody { [logger] writer in
            do {
                var blocks = stream.blocks(pieces)
                while let block = try await blocks.next() { try await writer.write(block) }
            } catch {
                // The client sees an answer that is cut, and no file.
                logger.warning("an export broke off", metadata: ["reason": "\(error)"])
                throw error
            }
            try await writer.finish(nil)
            withExtendedLifetime(seat) {}
        }
    }

    private static func response(_ export: EventExport, rows: Int?, body: ResponseBody) -> Response {
        let type =
            switch export.format {
            case .jsonl: "application/x-ndjson"
            case .csv: "text/csv; charset=utf-8"
            case .parquet: "application/vnd.apache.parquet"
            }
        var headers: HTTPFields = [
            .contentType: type,
            .contentDisposition: "attachment; filename=\"footprint-events.\(export.format.rawValue)\"",
            .cacheControl: "no-store",
        ]
        if let rows, let name = HTTPField.Name("X-Footprint-Rows") { headers[name] = String(rows) }
        return Response(status: .ok, headers: headers, body: body)
    }
}

/// Places for exports, each held as long as its object is.
private final class Seats: Sendable {
    private let taken = Atomic<Int>(0)

    final class Seat: Sendable {
        private let seats: Seats

        fileprivate init(_ seats: Seats) {
            self.seats = seats
        }

        deinit {
            seats.taken.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    func take() -> Seat? {
        guard taken.wrappingAdd(1, ordering: .relaxed).newValue <= ExportRoute.atOnce else {
            taken.wrappingSubtract(1, ordering: .relaxed)
            return nil
        }
        return Seat(self)
    }
}
