import Access
import Foundation
import Testing

@Suite("Tokens")
struct TokenTests {
    let folder: TestFolder
    let access: Access
    let app: App

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path)
        app = try access.addAppWithoutSecret()
    }

    @Test("an app's token says which app reports, until its last second")
    func appToken() throws {
        let token = try access.issueToken(app: app.id, ttlSeconds: 7_200, nowSeconds: now)
        let good = Authentication.app(id: app.id, expiresAtSeconds: now + 7_200)
        #expect(access.check(token, at: now) == good)
        #expect(access.check(token, at: now + 7_199) == good)
        #expect(access.check(token, at: now + 7_200) == .refused(.expired))
        #expect(access.check(token, at: .max) == .refused(.expired))
    }

    @Test("an administrator's token is not an app's")
    func adminToken() throws {
        let token = access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)
        guard case .administrator(let role, let id, let end) = access.check(token) else {
            Issue.record("\(access.check(token))")
            return
        }
        #expect(role == .admin)
        #expect(id.utf8.count == 22)
        #expect(end == now + 60)
        #expect(access.check(access.issueAdminToken(ttlSeconds: 60, nowSeconds: now)) != access.check(token))
        let viewer = access.issueAdminToken(role: .viewer, ttlSeconds: 60, nowSeconds: now)
        guard case .administrator(.viewer, _, now + 60) = access.check(viewer) else {
            Issue.record("\(access.check(viewer))")
            return
        }
    }

    @Test("a token is a JWT that other tools can read")
    func shape() throws {
        let token = try access.issueToken(app: app.id, ttlSeconds: 7_200, nowSeconds: now)
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let header = try json(parts[0])
        #expect(header["alg"] as? String == "HS256")
        #expect(header["typ"] as? String == "JWT")
        #expect(header["kid"] as? String == access.keys().first?.id)
        let payload = try json(parts[1])
        #expect(payload["iss"] as? String == "footprint")
        #expect(payload["sub"] as? String == app.id)
        #expect(payload["scope"] as? String == "report")
        #expect((payload["iat"] as? NSNumber)?.int64Value == now)
        #expect((payload["exp"] as? NSNumber)?.int64Value == now + 7_200)
        #expect((payload["jti"] as? String)?.count == 22)
        #expect(token.utf8.count < 400)
    }

    private func json(_ part: String) throws -> [String: Any] {
        var base64 = part.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        let data = try #require(Data(base64Encoded: base64))
        let object = try JSONSerialization.jsonObject(with: data)
        return try #require(object as? [String: Any])
    }

    /// Every character of base64url, and some that are none.
    private let replacements =
        Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \0".utf8) + [0xFF]

    @Test(
        "whichever byte of a token is changed, and into whatever, it is refused",
        arguments: ["app", "admin", "viewer"]
    )
    func everyByteChanged(kind: String) throws {
        let token = Array(try makeToken(kind).utf8)
        #expect(access.check(token).isAccepted)
        for index in token.indices {
            var changed = token
            for byte in replacements where byte != token[index] {
                changed[index] = byte
                if access.check(changed).isAccepted {
                    Issue.record("byte \(index) as \(byte) instead of \(token[index]) was accepted")
                }
            }
        }
    }

    @Test("a token with a byte too many or too few, anywhere, is refused", arguments: ["app", "admin", "viewer"])
    func byteAddedOrMissing(kind: String) throws {
        let token = Array(try makeToken(kind).utf8)
        for index in token.indices {
            var shorter = token
            shorter.remove(at: index)
            #expect(!access.check(shorter).isAccepted, "without byte \(index)")
        }
        for index in 0...token.count {
            for byte in Array("A.=- \n\0".utf8) {
                var longer = token
                longer.insert(byte, at: index)
                #expect(!access.check(longer).isAccepted, "byte \(byte) before \(index)")
            }
        }
    }

    @Test("every beginning and every end of a token is refused")
    func halves() throws {
        let token = Array(try makeToken("app").utf8)
        for length in 0..<token.count {
            #expect(!access.check(Array(token.prefix(length))).isAccepted)
            #expect(!access.check(Array(token.suffix(length))).isAccepted)
        }
    }

    @Test(
        "what is no token is refused as malformed",
        arguments: [
            "", ".", "..", "...", "a.b.c", " ", "null", "Bearer", "\u{0}", "令牌",
            String(repeating: "A", count: 1_024), String(repeating: "A", count: 1_025),
            String(repeating: "A", count: 1 << 20), String(repeating: ".", count: 1_000),
            "eyJhbGciOiJub25lIn0.e30.",
        ]
    )
    func garbage(token: String) {
        #expect(access.check(token) == .refused(.malformed))
    }

    @Test("padding and whitespace around a good token make it no token")
    func decorated() throws {
        let token = try makeToken("app")
        for other in [
            "\(token)=", "\(token)\n", " \(token)", "\(token).", "\(token)\0", ".\(token)", "Bearer \(token)",
        ] {
            #expect(access.check(other) == .refused(.malformed))
        }
    }

    /// Everything here carries a signature by the right key: even that does not help another spelling.
    @Test("no header but ours is accepted, even with a valid signature: no other algorithm can be named")
    func foreignHeaders() throws {
        let key = try folder.activeKey()
        let payload =
            #"{"iss":"footprint","sub":"\#(app.id)","scope":"report","iat":\#(now),"exp":\#(now + 60),"#
            + #""jti":"AAAAAAAAAAAAAAAAAAAAAA"}"#
        let ours = #"{"alg":"HS256","kid":"\#(key.id)","typ":"JWT"}"#
        #expect(access.check(signed(header: ours, payload: payload, by: key)).isAccepted)
        for header in [
            #"{"alg":"none","kid":"\#(key.id)","typ":"JWT"}"#,
            #"{"alg":"None","kid":"\#(key.id)","typ":"JWT"}"#,
            #"{"alg":"HS384","kid":"\#(key.id)","typ":"JWT"}"#,
            #"{"alg":"RS256","kid":"\#(key.id)","typ":"JWT"}"#,
            #"{"alg":"hs256","kid":"\#(key.id)","typ":"JWT"}"#,
            #"{"alg":"HS256","typ":"JWT","kid":"\#(key.id)"}"#,
            #"{"alg":"HS256","kid":"\#(key.id)"}"#,
            #"{"alg":"HS256","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":"\#(key.id)","typ":"JWT","alg":"none"}"#,
            #"{ "alg":"HS256","kid":"\#(key.id)","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":"\#(key.id.uppercased())","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":"../../../etc/","typ":"JWT"}"#,
            #"{"alg":"HS256","kid":"","typ":"JWT"}"#, "{}", "",
        ] {
            let verdict = access.check(signed(header: header, payload: payload, by: key))
            #expect(verdict == .refused(.malformed), "\(header)")
        }
    }

    @Test("no claims but ours are accepted, even with a valid signature")
    func foreignClaims() throws {
        let key = try folder.activeKey()
        let header = #"{"alg":"HS256","kid":"\#(key.id)","typ":"JWT"}"#
        func claims(
            iss: String = "footprint",
            sub: String,
            scope: String,
            times: String = #""iat":1710000000,"exp":1710000060"#,
            jti: String = "AAAAAAAAAAAAAAAAAAAAAA"
        ) -> String {
            #"{"iss":"\#(iss)","sub":"\#(sub)","scope":"\#(scope)",\#(times),"jti":"\#(jti)"}"#
        }
        #expect(access.check(signed(header: header, payload: claims(sub: app.id, scope: "report"), by: key)).isAccepted)
        for payload in [
            claims(sub: app.id, scope: "admin"),
            claims(sub: "admin", scope: "report"),
            claims(sub: "viewer", scope: "report"),
            claims(sub: "viewer", scope: "admin"),
            claims(sub: "admin", scope: "viewer"),
            claims(sub: "root", scope: "root"),
            claims(iss: "somebody", sub: app.id, scope: "report"),
            claims(sub: app.id, scope: "report", times: #""iat":1710000000,"exp":99999999999999999999"#),
            claims(sub: app.id, scope: "report", times: #""iat":1710000000,"exp":01710000060"#),
            claims(sub: app.id, scope: "report", times: #""iat":1710000000,"exp":-1"#),
            claims(sub: app.id, scope: "report", times: #""iat":1710000000,"exp":1.8e9"#),
            claims(sub: app.id, scope: "report", times: #""iat":1710000000,"exp":"1710000060""#),
            claims(sub: app.id, scope: "report", times: #""iat":1710000000"#),
            claims(sub: app.id, scope: "report", times: #""exp":1710000060"#),
            claims(sub: app.id, scope: "report", jti: "AAAAAAAAAAAAAAAAAAAAAB"),
            claims(sub: app.id, scope: "report", jti: ""),
            claims(sub: app.id, scope: "report") + " ",
            claims(sub: app.id, scope: "report").replacing(",", with: ", "),
            "{}", "",
        ] {
            let verdict = access.check(signed(header: header, payload: payload, by: key))
            #expect(verdict == .refused(.malformed), "\(payload)")
        }
        let stranger = "app_0000000000000000"
        #expect(
            access.check(signed(header: header, payload: claims(sub: stranger, scope: "report"), by: key))
                == .refused(.unknownApp)
        )
    }

    @Test("a token signed by another installation's key is refused")
    func foreignKey() throws {
        let elsewhere = try TestFolder()
        let foreign = try Access(dataDirectory: elsewhere.path)
        #expect(access.check(foreign.issueAdminToken(ttlSeconds: 60, nowSeconds: now)) == .refused(.unknownKey))
    }

    @Test("a token that names our key but was signed by another is refused")
    func forged() throws {
        let forger = try #require(SigningKey(bytes: [UInt8](repeating: 7, count: 32)))
        let ours = try folder.activeKey()
        let header = #"{"alg":"HS256","kid":"\#(ours.id)","typ":"JWT"}"#
        let payload =
            #"{"iss":"footprint","sub":"admin","scope":"admin","iat":\#(now),"exp":\#(now + 60),"#
            + #""jti":"AAAAAAAAAAAAAAAAAAAAAA"}"#
        #expect(access.check(signed(header: header, payload: payload, by: ours)).isAccepted)
        #expect(access.check(signed(header: header, payload: payload, by: forger)) == .refused(.badSignature))
        let parts = signed(header: header, payload: payload, by: ours).split(separator: ".")
        let unsigned = "\(parts[0]).\(parts[1])."
        #expect(access.check(unsigned) == .refused(.malformed))
        let zeros = "\(parts[0]).\(parts[1]).\(String(repeating: "A", count: 43))"
        #expect(access.check(zeros) == .refused(.badSignature))
    }

    @Test("the claims of one token under the signature of another are refused")
    func swapped() throws {
        let one = try makeToken("app").split(separator: ".")
        let other = try makeToken("admin").split(separator: ".")
        #expect(access.check("\(one[0]).\(other[1]).\(one[2])") == .refused(.badSignature))
        #expect(access.check("\(one[0]).\(one[1]).\(other[2])") == .refused(.badSignature))
    }

    @Test(
        "a clock that goes back refuses nothing that was good",
        arguments: [now - 86_400 * 365, 0, -1, Int64.min] as [Int64]
    )
    func clockBack(earlier: Int64) throws {
        let token = try makeToken("app")
        #expect(access.check(token, at: earlier).isAccepted)
    }

    @Test(
        "tokens can be issued whatever the clock shows",
        arguments: [Int64.min, -1, 0, 1 << 32, Int64.max - 1] as [Int64]
    )
    func strangeClocks(at time: Int64) throws {
        let token = try access.issueToken(app: app.id, ttlSeconds: 60, nowSeconds: time)
        #expect(access.check(token, at: time).isAccepted)
    }

    @Test(
        "a lifetime out of range is refused for an app",
        arguments: [0, -1, 3_650 * 86_400 + 1, Int64.max, Int64.min] as [Int64]
    )
    func lifetimes(seconds: Int64) {
        #expect(throws: AccessError.lifetimeOutOfRange(seconds: seconds)) {
            try access.issueToken(app: app.id, ttlSeconds: seconds, nowSeconds: now)
        }
    }

    @Test("a lifetime out of range is taken as the nearest for an administrator")
    func adminLifetimes() {
        let longest = access.issueAdminToken(ttlSeconds: .max, nowSeconds: now)
        #expect(access.check(longest, at: now + 3_650 * 86_400 - 1).isAccepted)
        #expect(access.check(longest, at: now + 3_650 * 86_400) == .refused(.expired))
        let shortest = access.issueAdminToken(ttlSeconds: -5, nowSeconds: now)
        #expect(access.check(shortest, at: now).isAccepted)
        #expect(access.check(shortest, at: now + 1) == .refused(.expired))
    }

    @Test("tokens are verified by many threads at once")
    func manyThreads() async throws {
        let token = try makeToken("app")
        let access = access
        let accepted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<500).count { _ in access.check(token).isAccepted } }
            }
            return await group.reduce(0, +)
        }
        #expect(accepted == 4_000)
    }

    private func makeToken(_ kind: String) throws -> String {
        kind == "app"
            ? try access.issueToken(app: app.id, ttlSeconds: 7_200, nowSeconds: now)
            : access.issueAdminToken(
                role: try #require(Role(rawValue: kind)),
                ttlSeconds: 7_200,
                nowSeconds: now
            )
    }
}
