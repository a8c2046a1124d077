import Access
import Insights

extension AdminRoutes {
    /// `GET /api/v1/keys`, oldest first; the last one signs.
    func keys(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let keys = try await disk.run { () throws(AccessError) in
            try access.reloadIfChanged()
            return access.keys()
        }
        return .array(keys.map(\.json))
    }

    /// `POST /api/v1/keys/rotate` `{"earlier_tokens":"stay_good"}`. With `end_now` the caller's own token ends too:
    /// this answer is the last it gets.
    func rotateKey(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let earlier = try await call.body(members: ["earlier_tokens"]) { (fields) throws(RequestFields.Fault) in
            guard let earlier = Access.EarlierTokens(rawValue: try fields.text("earlier_tokens")) else {
                throw RequestFields.Fault(detail: #"earlier_tokens: expected "stay_good" or "end_now""#)
            }
            return earlier
        }
        let actor = call.actor
        let id = try await disk.run { () throws(AccessError) in try access.rotateKey(earlier, by: actor) }
        return ["id": .string(id)]
    }
}
