import Access
import Insights

extension AdminRoutes {
    /// `GET /api/v1/apps`
    func apps(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let apps = try await disk.run { () throws(AccessError) in
            try access.reloadIfChanged()
            return access.apps()
        }
        return .array(apps.map(\.json))
    }

    /// `POST /api/v1/apps` `{"name"}`: the secret is in this answer and nowhere else.
    func addApp(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let name = try await call.body(members: ["name"]) { (fields) throws(RequestFields.Fault) in
            try fields.text("name")
        }
        let actor = call.actor
        let app = try await disk.run { () throws(AccessError) in try access.addApp(name: name, by: actor) }
        return ["appid": .string(app.id), "app_secret": .string(app.secret)]
    }

    /// `DELETE /api/v1/apps/{appid}`
    func removeApp(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let (id, actor) = (call.segment("appid"), call.actor)
        try await disk.run { () throws(AccessError) in try access.removeApp(id: id, by: actor) }
        return [:]
    }
}
