import Access
import EventStore
import HTTPTypes
import Hummingbird
import Insights
import Logging
import NIOCore
import Privacy

extension AdminRoutes {
    /// How long a call waits for an erasure's end before it answers 202: less than proxies wait for an answer.
    private static let waitSeconds = 20
    private static let receiptsAtMost = 1_000

    /// `POST /api/v1/forget` `{"uid","dry_run"?}`: a receipt, or 202 where the erasure goes on by itself.
    func forget(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let privacy = try kept()
        let order = try await call.body(members: ["uid", "dry_run"]) { (fields) throws(RequestFields.Fault) in
            (uid: try fields.text("uid"), isDryRun: try fields.optionalBoolean("dry_run") ?? false)
        }
        do {
            let person = try Person(uid: order.uid)
            if order.isDryRun { return try await privacy.erasures.preview(person) }
            let actor = call.actor
            let id = try await disk.run { () throws(PrivacyError) in try privacy.erasures.order(person, by: actor) }
            switch try await privacy.erasures.wait(for: id, seconds: Self.waitSeconds) {
            case .done(let receipt): return receipt.json
            case .pending(let id, let reason): throw Self.pending(id, reason)
            }
        } catch {
            throw answer(to: error)
        }
    }

    /// `GET /api/v1/receipts`: erasures, the newest first, those that are under way before the others.
    func receipts(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let privacy = try kept()
        _ = try call.parameters([])
        return try await disk.run { () throws(PrivacyError) in
            let pending = try privacy.directory.pending().reversed().map { erasure in
                Self.state(erasure.id, privacy.erasures.reason(erasure.id))
            }
            return .array(pending + (try privacy.directory.receipts(limit: Self.receiptsAtMost).map(\.json)))
        }
    }

    /// `GET /api/v1/receipts/{id}`
    func receipt(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let privacy = try kept()
        _ = try call.parameters([])
        let id = call.segment("id")
        let found = try await disk.run { () throws(PrivacyError) in
            // In this order: what is no longer pending has its receipt.
            let isPending = try privacy.directory.pending(id) != nil
            let receipt = try privacy.directory.receipt(id)
            guard receipt != nil || isPending else { throw .noReceipt(id: id) }
            return receipt
        }
        guard let found else { throw Self.pending(id, privacy.erasures.reason(id)) }
        return found.json
    }

    /// `GET /api/v1/access?uid=&format=jsonl|json`: everything that is held about a person, as a file.
    func personalData(_ request: Request, _ context: ConsoleContext) async -> Response {
        do throws(APIAnswer) {
            let administrator = try gate.admit(request, context, to: .admin, ownPagesOnly: false)
            let call = AdminCall(request: request, context: context, administrator: administrator)
            return try await personalData(call)
        } catch {
            return error.response
        }
    }

    private func personalData(_ call: AdminCall) async throws(APIAnswer) -> Response {
        let privacy = try kept()
        let given = try call.parameters(["uid", "format"])
        guard let format = PersonalData.Format(rawValue: given["format"] ?? "jsonl") else {
            throw .badParameter(detail: "format: expected jsonl or json")
        }
        guard let uid = given["uid"] else { throw .badParameter(detail: "uid: required, but missing") }
        let person: Person
        do throws(PrivacyError) { person = try Person(uid: uid) } catch { throw answer(to: error) }
        let actor = call.actor
        let access = access
        let hash = try await disk.run { () throws(PrivacyError) in try privacy.directory.hash(of: uid) }
        try await disk.run { () throws(AccessError) in
            try access.record(AuditEvent(.personRead, detail: ["uid_hash": .text(hash)]), by: actor)
        }
        let logger = disk.logger
        return Response(
            status: .ok,
            headers: [
                .contentType: format == .json ? "application/json; charset=utf-8" : "application/x-ndjson",
                .contentDisposition: "attachment; filename=\"footprint-access.\(format.rawValue)\"",
                .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                do {
                    var pages = privacy.data.pages(of: person, as: format)
                    while let bytes = try await pages.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
                } catch {
                    logger.error("a person's data could not all be handed out", metadata: ["reason": "\(error)"])
                    throw error
                }
                try await writer.finish(nil)
            }
        )
    }

    // MARK: - Together

    private func kept() throws(APIAnswer) -> Privacy {
        guard let privacy else { throw .unavailable(detail: "this server keeps no data of its own") }
        return privacy
    }

    private static func state(_ id: String, _ reason: String) -> JSONValue {
        ["id": .string(id), "state": "pending", "reason": .string(reason)]
    }

    private static func pending(_ id: String, _ reason: String) -> APIAnswer {
        .accepted(state(id, reason).encoded())
    }

    private func answer(to error: any Error) -> APIAnswer {
        switch error {
        case let answer as APIAnswer: answer
        case let error as PrivacyError: disk.answer(to: error)
        default: .internalError
        }
    }
}
