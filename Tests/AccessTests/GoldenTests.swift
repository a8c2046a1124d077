import Access
import Testing

/// What earlier versions wrote, byte for byte. A test here fails where a change would lock users out of their own
/// files and tokens: such a change needs another version number, a line in docs/formats/, and these texts beside the
/// new ones.
@Suite("Formats on disk and on the wire")
struct GoldenTests {
    private let key = [UInt8](0..<32)

    private func check<Content: Codable & Equatable>(
        _ file: AccessDirectory.File,
        _ content: Content,
        _ text: String
    ) throws {
        #expect(String(decoding: SealedFile.encode(content, format: file.format), as: UTF8.self) == text)
        let read = try SealedFile.decode(Array(text.utf8), as: Content.self, format: file.format, file: "golden")
        #expect(read == content)
    }

    @Test("keys.json")
    func keys() throws {
        let retired = [UInt8](32..<64)
        let records = KeyRecords(
            active: SigningKey.fingerprint(key),
            keys: [
                KeyRecord(
                    id: SigningKey.fingerprint(retired),
                    key: Base64URL.encode(retired),
                    created: 1_700_000_000,
                    retired: 1_710_000_000
                ),
                KeyRecord(
                    id: SigningKey.fingerprint(key),
                    key: Base64URL.encode(key),
                    created: 1_710_000_000,
                    retired: nil
                ),
            ]
        )
        #expect(records.fault == nil)
        try check(
            .keys,
            records,
            """
            {"format":"footprint access keys","version":1,"sha256":"8t3DPDpHckFObbOvSKgoQu6x8QnbUv5LAfkYEL2Sgsw","content":{
              "active" : "yhbc6eh5z82k",
              "keys" : [
                {
                  "created" : 1700000000,
                  "id" : "46r902hs7brz",
                  "key" : "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8",
                  "retired" : 1710000000
                },
                {
                  "created" : 1710000000,
                  "id" : "yhbc6eh5z82k",
                  "key" : "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
                }
              ]
            }}

            """
        )
    }

    @Test("apps.json")
    func apps() throws {
        let app = AppRecord(id: "app_0123456789abcdef", name: "商城", created: 1_710_000_000, secret: .ofNobody)
        let records = AppRecords(apps: [app])
        #expect(records.fault == nil)
        try check(
            .apps,
            records,
            """
            {"format":"footprint access apps","version":1,"sha256":"G_IVLLaIsw2uwQMmN8-SuveqJDZyjbUPglZpHQ9BH6E","content":{
              "apps" : [
                {
                  "created" : 1710000000,
                  "id" : "app_0123456789abcdef",
                  "name" : "商城",
                  "secret" : {
                    "algorithm" : "scrypt",
                    "block_size" : 8,
                    "hash" : "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                    "parallelism" : 1,
                    "rounds" : 16384,
                    "salt" : "AAAAAAAAAAAAAAAAAAAAAA"
                  }
                }
              ]
            }}

            """
        )
    }

    @Test("revocations.json")
    func revocations() throws {
        let records = RevocationRecords(
            tokens: [RevokedToken(id: "AAAAAAAAAAAAAAAAAAAAAA", expires: 1_710_007_200)],
            removedApps: [RemovedApp(id: "app_0123456789abcdef", removed: 1_710_000_000)]
        )
        #expect(records.fault == nil)
        try check(
            .revocations,
            records,
            """
            {"format":"footprint access revocations","version":1,"sha256":"StMAWiFDuxFQ7IIktO9Br5RUS5pbDl_1H8J6raYL8l8","content":{
              "removed_apps" : [
                {
                  "id" : "app_0123456789abcdef",
                  "removed" : 1710000000
                }
              ],
              "tokens" : [
                {
                  "expires" : 1710007200,
                  "id" : "AAAAAAAAAAAAAAAAAAAAAA"
                }
              ]
            }}

            """
        )
    }

    @Test("refresh")
    func refresh() {
        let family = FamilyID(bytes: [UInt8](0..<16))
        let app = "app_0123456789abcdef"
        let good = RefreshRecord.good(
            app: app,
            family: family,
            hash: Base64URL.encode(key),
            expiresAtSeconds: 1_712_592_000
        )
        let goodLine =
            "good app_0123456789abcdef AAECAwQFBgcICQoLDA0ODw AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8 1712592000 "
            + "506a9d214e4db98d\n"
        #expect(good.line == goodLine)
        #expect(RefreshRecord(line: goodLine.dropLast()) == good)
        let ended = RefreshRecord.ended(app: app, family: family)
        let endedLine = "ended app_0123456789abcdef AAECAwQFBgcICQoLDA0ODw fce919f29846b0e5\n"
        #expect(ended.line == endedLine)
        #expect(RefreshRecord(line: endedLine.dropLast()) == ended)
        #expect(RefreshRecord.isHeading(Array("footprint refresh tokens 1 AAECAwQFBgcICQoLDA0ODw\n".utf8)))
    }

    @Test("an app's token")
    func token() throws {
        let key = try #require(SigningKey(bytes: key))
        let claims = TokenClaims(
            bearer: .app("app_0123456789abcdef"),
            issuedAtSeconds: 1_710_000_000,
            expiresAtSeconds: 1_710_007_200,
            id: try #require(TokenID("AAECAwQFBgcICQoLDA0ODw"))
        )
        let token = [
            "eyJhbGciOiJIUzI1NiIsImtpZCI6InloYmM2ZWg1ejgyayIsInR5cCI6IkpXVCJ9",
            "eyJpc3MiOiJmb290cHJpbnQiLCJzdWIiOiJhcHBfMDEyMzQ1Njc4OWFiY2RlZiIsInNjb3BlIjoicmVwb3J0IiwiaW"
                + "F0IjoxNzEwMDAwMDAwLCJleHAiOjE3MTAwMDcyMDAsImp0aSI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHcifQ",
            "zJ6icsrSuNrFhENcacHXJ3ZSFWBCMHyI72vliXukohw",
        ].joined(separator: ".")
        #expect(TokenText.spell(claims, signedBy: key) == token)
        #expect(try read(token, key) == claims)
    }

    @Test(
        "an administrator's token says its role twice",
        arguments: [
            (
                Role.admin,
                "eyJpc3MiOiJmb290cHJpbnQiLCJzdWIiOiJhZG1pbiIsInNjb3BlIjoiYWRtaW4iLCJpYXQiOjE3MTAwMDAwMDAsI"
                    + "mV4cCI6MTcxMDAwNzIwMCwianRpIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EdyJ9"
            ),
            (
                .viewer,
                "eyJpc3MiOiJmb290cHJpbnQiLCJzdWIiOiJ2aWV3ZXIiLCJzY29wZSI6InZpZXdlciIsImlhdCI6MTcxMDAwMDAwMCwiZ"
                    + "XhwIjoxNzEwMDA3MjAwLCJqdGkiOiJBQUVDQXdRRkJnY0lDUW9MREEwT0R3In0"
            ),
        ]
    )
    func administratorToken(role: Role, payload: String) throws {
        let key = try #require(SigningKey(bytes: key))
        let claims = TokenClaims(
            bearer: .administrator(role),
            issuedAtSeconds: 1_710_000_000,
            expiresAtSeconds: 1_710_007_200,
            id: try #require(TokenID("AAECAwQFBgcICQoLDA0ODw"))
        )
        let token = TokenText.spell(claims, signedBy: key)
        #expect(token.split(separator: ".")[1] == payload)
        #expect(try read(token, key) == claims)
    }

    private func read(_ token: String, _ key: SigningKey) throws -> TokenClaims {
        try Array(token.utf8).withUnsafeBytes { bytes throws(Refusal) in
            try TokenText.read(bytes, keys: [key.id: key])
        }
    }

    @Test("audit.jsonl")
    func audit() throws {
        let folder = try TestFolder()
        let access = try Access(dataDirectory: folder.path, clock: HandClock().clock)
        let actor = AuditActor.administrator(role: .admin, tokenID: "AAECAwQFBgcICQoLDA0ODw", address: "192.0.2.7")
        try access.record(
            AuditEvent(
                .appAdd,
                target: "app_0123456789abcdef",
                detail: ["name": .text("商城 \"H5\"/a\\b"), "a": .number(7)]
            ),
            by: actor
        )
        try access.record(.sessionEnded, by: .commandLine(user: "alice"))
        let text = #"""
            {"seq":1,"time":1710000000,"who":"admin:AAECAwQFBgcICQoLDA0ODw","address":"192.0.2.7","action":"app.add","target":"app_0123456789abcdef","detail":{"a":7,"name":"商城 \"H5\"/a\\b"},"chain":"693d389e0d0295f4da5be5f18cbc32a4266a306a26921182df93e8ece8c96514"}
            {"seq":2,"time":1710000000,"who":"cli:alice","action":"session.end","chain":"47f1eda8ede093c84800d26a7fb9237a1e0c320d999ae538948c38d36dbc61f2"}

            """#
        #expect(try folder.text("audit.jsonl") == text)
        try folder.write("audit.jsonl", Array(text.utf8))
        let read = try access.audit.verify()
        #expect(read.entries == 2)
        #expect(read.broken == nil)
        let page = try access.audit.page(matching: AuditFilter(), limit: 10)
        #expect(page.entries.map(\.who) == ["cli:alice", "admin:AAECAwQFBgcICQoLDA0ODw"])
        #expect(page.entries.last?.detail == ["name": .text("商城 \"H5\"/a\\b"), "a": .number(7)])
    }
}
