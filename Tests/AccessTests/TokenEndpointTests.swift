import Access
import Foundation
import Testing

private struct Denied: Decodable, Equatable {
    var ret: Int
    var msg: String
    var detail: String?
}

private func denied(_ answer: TokenAnswer) throws -> Denied {
    try JSONDecoder().decode(Denied.self, from: Data(answer.body))
}

@Suite("The token endpoint")
struct TokenEndpointTests {
    let folder: TestFolder
    let access: Access
    let app: AppCredentials
    let endpoint: TokenEndpoint

    init() throws {
        folder = try TestFolder()
        access = try Access(dataDirectory: folder.path)
        app = try access.addApp(name: "app")
        endpoint = try TokenEndpoint(access: access)
    }

    private struct Granted: Decodable {
        struct Payload: Decodable {
            var accessToken: String
            var expiresIn: Int
            var refreshToken: String
            var scope: String
        }
        var ret: Int
        var msg: String
        var data: Payload
    }

    private func body(_ fields: [String: Any]) throws -> [UInt8] {
        Array(try JSONSerialization.data(withJSONObject: fields))
    }

    private func signIn(at time: Int64 = now) throws -> TokenAnswer {
        endpoint.getAccessToken(
            body: try body(["appid": app.id, "app_secret": app.secret, "grant_type": "client_credentials"]),
            nowSeconds: time
        )
    }

    private func refresh(_ token: String, app: String? = nil, at time: Int64 = now) throws -> TokenAnswer {
        endpoint.refreshToken(
            body: try body(["appid": app ?? self.app.id, "refresh_token": token, "grant_type": "refresh_token"]),
            nowSeconds: time
        )
    }

    private func granted(_ answer: TokenAnswer) throws -> Granted {
        #expect(answer.status == 200)
        let decoder = JSONDecoder()
        // So the names on the wire are access_token, expires_in, refresh_token.
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Granted.self, from: Data(answer.body))
    }

    @Test("the right secret gives an access token for 7,200 s and a refresh token, in the documented shape")
    func grant() throws {
        let answer = try granted(try signIn())
        #expect(answer.ret == 0 && answer.msg == "ok")
        #expect(answer.data.expiresIn == 7_200 && answer.data.scope == "report")
        #expect(access.check(answer.data.accessToken) == .app(id: app.id, expiresAtSeconds: now + 7_200))
        #expect(answer.data.refreshToken.contains(/^ref_[A-Za-z0-9_-]{64}$/))
    }

    @Test("a refresh token gives the next pair, the same shape, once")
    func renewal() throws {
        let first = try granted(try signIn()).data
        let second = try granted(try refresh(first.refreshToken, at: now + 100)).data
        #expect(access.check(second.accessToken) == .app(id: app.id, expiresAtSeconds: now + 7_300))
        #expect(second.expiresIn == 7_200 && second.scope == "report")
        #expect(second.refreshToken != first.refreshToken)
        // Access tokens given before stay good: each stands for itself.
        #expect(access.check(first.accessToken).isAccepted)
        let third = try granted(try refresh(second.refreshToken)).data
        #expect(try refresh(first.refreshToken) == .unauthorized)
        #expect(try refresh(third.refreshToken) == .unauthorized)
        #expect(try granted(try signIn()).ret == 0)
    }

    @Test("a refresh token ends after 30 days")
    func refreshExpiry() throws {
        let token = try granted(try signIn()).data.refreshToken
        #expect(try refresh(token, at: now + 30 * 86_400) == .unauthorized)
    }

    @Test("whoever has not the secret is told the same: 401, 1002")
    func wrongSecret() throws {
        let other = try access.addApp(name: "other")
        for (id, secret) in [
            (app.id, other.secret), (app.id, "sec_"), (app.id, "x"), ("app_0000000000000000", app.secret),
            ("nobody", app.secret), (app.id, String(repeating: "A", count: 256)),
        ] {
            let request: [String: Any] = ["appid": id, "app_secret": secret, "grant_type": "client_credentials"]
            let answer = endpoint.getAccessToken(body: try body(request), nowSeconds: now)
            #expect(answer == .unauthorized)
        }
        #expect(TokenAnswer.unauthorized.status == 401)
        #expect(try denied(.unauthorized) == Denied(ret: 1_002, msg: "鉴权失败，请重新获取token"))
    }

    @Test("a removed app gets no token, by secret or refresh token")
    func removedApp() throws {
        let token = try granted(try signIn()).data.refreshToken
        try access.removeApp(id: app.id)
        #expect(try signIn() == .unauthorized)
        #expect(try refresh(token) == .unauthorized)
    }

    @Test("an app added by another process can sign in at once")
    func addedElsewhere() throws {
        let added = try Access(dataDirectory: folder.path).addApp(name: "later")
        let request: [String: Any] = [
            "appid": added.id, "app_secret": added.secret, "grant_type": "client_credentials",
        ]
        #expect(try granted(endpoint.getAccessToken(body: try body(request), nowSeconds: now)).ret == 0)
    }

    @Test("another app's, a made-up or a wrong kind of refresh token is refused and harms nobody")
    func foreignRefreshToken() throws {
        let other = try access.addApp(name: "other")
        let tokens = try granted(try signIn()).data
        #expect(try refresh(tokens.refreshToken, app: other.id) == .unauthorized)
        #expect(try refresh(tokens.accessToken.prefix(250).description) == .unauthorized)
        #expect(try refresh("ref_" + String(repeating: "A", count: 64)) == .unauthorized)
        #expect(try granted(try refresh(tokens.refreshToken)).ret == 0)
    }

    @Test("unknown fields are dropped, and a scope may be asked for: the answer says which was granted")
    func lenience() throws {
        let request: [String: Any] = [
            "appid": app.id, "app_secret": app.secret, "grant_type": "client_credentials", "scope": "admin", "x": [1],
        ]
        let answer = try granted(endpoint.getAccessToken(body: try body(request), nowSeconds: now))
        #expect(answer.data.scope == "report")
        #expect(access.check(answer.data.accessToken) == .app(id: app.id, expiresAtSeconds: now + 7_200))
    }

    @Test("where nothing can be stored: 503, 1005, come back; the operator is told which file")
    func cannotStore() throws {
        let token = try granted(try signIn()).data.refreshToken
        try folder.setMode("refresh", 0o644)
        for answer in [try signIn(), try refresh(token)] {
            #expect(answer.status == 503 && answer.retryAfterSeconds == 5)
            #expect(try denied(answer) == Denied(ret: 1_005, msg: "服务繁忙，请稍后再试"))
            #expect(answer.failure == .readableByOthers(file: folder.file("refresh"), mode: 0o644))
        }
        try folder.setMode("refresh", 0o600)
        #expect(try granted(try refresh(token)).ret == 0)
    }
}

@Suite("The token endpoint, asked wrongly")
struct TokenEndpointRequestTests {
    let folder: TestFolder
    let endpoint: TokenEndpoint

    init() throws {
        folder = try TestFolder()
        endpoint = try TokenEndpoint(access: try Access(dataDirectory: folder.path))
    }

    @Test(
        "a malformed request is answered 200, 1001, and the detail names the field",
        arguments: [
            ("", "body: expected a JSON object, found nothing"),
            ("{", "body: not JSON"),
            ("[]", "body: expected an object, found an array"),
            ("42", "body: expected an object, found a number"),
            (#""x""#, "body: expected an object, found a string"),
            ("null", "body: expected an object, found null"),
            ("\u{FEFF}{}", "body: invalid UTF-8"),
            ("{}", "appid: required, but missing"),
            (#"{"appid":null}"#, "appid: required, but missing"),
            (#"{"appid":""}"#, "appid: must not be empty"),
            (#"{"appid":7}"#, "appid: expected a string, found a number"),
            (#"{"appid":1.5}"#, "appid: expected a string, found a number"),
            (#"{"appid":true}"#, "appid: expected a string, found a boolean"),
            (#"{"appid":["a"]}"#, "appid: expected a string, found an array"),
            (#"{"appid":{}}"#, "appid: expected a string, found an object"),
            (#"{"appid":"\#(String(repeating: "a", count: 257))"}"#, "appid: longer than 256 bytes"),
            (#"{"appid":"a"}"#, "app_secret: required, but missing"),
            (#"{"appid":"a","app_secret":5}"#, "app_secret: expected a string, found a number"),
            (#"{"appid":"a","app_secret":"b"}"#, "grant_type: required, but missing"),
            (#"{"appid":"a","app_secret":"b","grant_type":"password"}"#, #"grant_type: expected "client_credentials""#),
            (
                #"{"appid":"a","app_secret":"b","grant_type":"client_credentials","scope":1}"#,
                "scope: expected a string, found a number"
            ),
        ]
    )
    func malformed(text: String, detail: String) throws {
        let answer = endpoint.getAccessToken(body: Array(text.utf8), nowSeconds: now)
        #expect(answer.status == 200)
        #expect(try denied(answer) == Denied(ret: 1_001, msg: "请求参数错误，请稍后再试", detail: detail))
    }

    @Test(
        "a malformed refresh likewise",
        arguments: [
            ("{}", "appid: required, but missing"),
            (#"{"appid":"a"}"#, "refresh_token: required, but missing"),
            (#"{"appid":"a","refresh_token":false}"#, "refresh_token: expected a string, found a boolean"),
            (#"{"appid":"a","refresh_token":"r"}"#, "grant_type: required, but missing"),
            (
                #"{"appid":"a","refresh_token":"r","grant_type":"client_credentials"}"#,
                #"grant_type: expected "refresh_token""#
            ),
        ]
    )
    func malformedRefresh(text: String, detail: String) throws {
        let answer = endpoint.refreshToken(body: Array(text.utf8), nowSeconds: now)
        #expect(answer.status == 200)
        #expect(try denied(answer).detail == detail)
    }

    @Test(
        "bytes that are not UTF-8 JSON are refused",
        arguments: [[0xFF], [0x7B, 0, 0x7D, 0], [0x22, 0xC0, 0x80, 0x22]] as [[UInt8]]
    )
    func notUTF8(bytes: [UInt8]) throws {
        #expect(try denied(endpoint.getAccessToken(body: bytes, nowSeconds: now)).detail == "body: invalid UTF-8")
    }

    @Test("a body over 16 KiB, or nested absurdly, is refused")
    func tooMuch() throws {
        let large = [UInt8](repeating: UInt8(ascii: " "), count: TokenEndpoint.bodyBytes + 1)
        #expect(endpoint.getAccessToken(body: large, nowSeconds: now) == .tooLarge)
        #expect(TokenAnswer.tooLarge.status == 413)
        #expect(try denied(.tooLarge).ret == 1_004)
        let deep = Array((String(repeating: "[", count: 8_000) + String(repeating: "]", count: 8_000)).utf8)
        #expect(try denied(endpoint.getAccessToken(body: deep, nowSeconds: now)).ret == 1_001)
        let deepField = Array((#"{"appid":"# + String(repeating: #"{"a":"#, count: 2_500)).utf8)
        #expect(try denied(endpoint.getAccessToken(body: deepField, nowSeconds: now)).ret == 1_001)
    }
}
