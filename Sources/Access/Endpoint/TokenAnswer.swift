/// An answer of the token endpoint, ready to be sent.
package struct TokenAnswer: Sendable, Equatable {
    /// HTTP status.
    package var status: Int
    /// UTF-8 JSON. Holds the tokens of a granted request: not for logs.
    package var body: [UInt8]
    /// `Retry-After`, where the client should come back.
    package var retryAfterSeconds: Int?
    /// Why nothing was stored, for the operator's log: names a file and what to do, never a secret.
    package var failure: AccessError?

    // Source of the shapes, statuses and messages: INTERFACE sections 1 and 2.

    static func granted(accessToken: String, expiresInSeconds: Int64, refreshToken: String) -> TokenAnswer {
        // All are made here of characters that JSON takes as they are.
        TokenAnswer(
            status: 200,
            json: #"{"ret":0,"msg":"ok","data":{"access_token":"\#(accessToken)","expires_in":\#(expiresInSeconds),"#
                + #""refresh_token":"\#(refreshToken)","scope":"report"}}"#
        )
    }

    static func badRequest(_ fault: RequestFields.Fault) -> TokenAnswer {
        // A fault's detail holds none of the client's text; only our own quotation marks need escaping.
        let detail = String(fault.detail.flatMap { $0 == "\"" ? [#"\"#, $0] : [$0] } as [Character])
        return TokenAnswer(status: 200, json: #"{"ret":1001,"msg":"请求参数错误，请稍后再试","detail":"\#(detail)"}"#)
    }

    /// The same for every reason: an unknown app, a wrong secret, a spent token must not be told apart.
    package static let unauthorized = TokenAnswer(status: 401, json: #"{"ret":1002,"msg":"鉴权失败，请重新获取token"}"#)

    package static let tooLarge = TokenAnswer(status: 413, json: #"{"ret":1004,"msg":"请求数据过大"}"#)

    package static func tooMany(retryAfterSeconds: Int) -> TokenAnswer {
        var answer = TokenAnswer(status: 429, json: #"{"ret":1003,"msg":"请求过于频繁，请稍后再试"}"#)
        answer.retryAfterSeconds = retryAfterSeconds
        return answer
    }

    /// Too many wait.
    package static let busy: TokenAnswer = {
        var answer = TokenAnswer(status: 503, json: #"{"ret":1005,"msg":"服务繁忙，请稍后再试"}"#)
        answer.retryAfterSeconds = 5
        return answer
    }()

    static func unavailable(_ error: AccessError) -> TokenAnswer {
        var answer = busy
        answer.failure = error
        return answer
    }

    private init(status: Int, json: String) {
        self.status = status
        body = Array(json.utf8)
    }
}
