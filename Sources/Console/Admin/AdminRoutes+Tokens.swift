import Access
import Insights

extension AdminRoutes {
    private static let defaultTTLSeconds: Int64 = 7_200

    /// `GET /api/v1/tokens`: those that people asked for and that are still good, newest first.
    func tokens(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let tokens = try await disk.run { () throws(AccessError) in try access.issuedTokens() }
        return .array(tokens.map(\.json))
    }

    /// `POST /api/v1/tokens` `{"appid","ttl"?}` or `{"role":"viewer","name"?,"ttl"?}`: the token is in this answer and
    /// nowhere else.
    func issueToken(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let order = try await call.body(members: TokenOrder.members) { (fields) throws(RequestFields.Fault) in
            try TokenOrder(fields)
        }
        let actor = call.actor
        let token: Access.FreshToken
        do throws(APIAnswer) {
            token = try await disk.run { () throws(AccessError) in
                try access.issueToken(
                    for: order.bearer,
                    name: order.name,
                    ttlSeconds: order.ttlSeconds ?? Self.defaultTTLSeconds,
                    by: actor
                )
            }
        } catch {
            // Named in the body, so a parameter; not what the path names.
            if case .missing(let detail) = error { throw .badParameter(detail: "appid: \(detail)") }
            throw error
        }
        return [
            "token": .string(token.text), "id": .string(token.id), "expires": .int(token.expiresAtSeconds),
        ]
    }

    /// `DELETE /api/v1/tokens/{id}`
    func revokeTokenByID(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let (id, actor) = (call.segment("id"), call.actor)
        try await disk.run { () throws(AccessError) in try access.revoke(tokenID: id, by: actor) }
        return [:]
    }

    /// `POST /api/v1/tokens/revoke` `{"token"}`
    func revokeToken(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let token = try await call.body(members: ["token"]) { (fields) throws(RequestFields.Fault) in
            try fields.text("token")
        }
        let actor = call.actor
        try await disk.run { () throws(AccessError) in try access.revoke(token: token, by: actor) }
        return [:]
    }
}

/// For whom a token is asked for.
private struct TokenOrder {
    let bearer: TokenClaims.Bearer
    let name: String?
    let ttlSeconds: Int64?

    static let members: Set<String> = ["appid", "role", "name", "ttl"]

    init(_ fields: RequestFields) throws(RequestFields.Fault) {
        let app = try fields.optionalText("appid")
        let role = try fields.optionalText("role")
        name = try fields.optionalText("name")
        ttlSeconds = try fields.optionalInteger("ttl")
        switch (app, role) {
        case (let app?, nil):
            guard name == nil else { throw RequestFields.Fault(detail: "name: only a viewer's token has one") }
            bearer = .app(app)
        case (nil, "viewer"):
            bearer = .administrator(.viewer)
        case (nil, "admin"):
            // A session that was stolen must not make rights that outlive it.
            throw RequestFields.Fault(
                detail: "role: an admin token cannot be made over HTTP; use `footprint token issue --admin`"
            )
        case (nil, _?):
            throw RequestFields.Fault(detail: #"role: expected "viewer""#)
        case (_?, _?), (nil, nil):
            throw RequestFields.Fault(detail: #"body: say for whom, by "appid" or by "role""#)
        }
    }
}
