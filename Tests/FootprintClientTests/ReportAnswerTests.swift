import FootprintClient
import Testing

/// The table of answers, beyond what the misbehaving server sends.
@Suite struct ReportAnswerTests {
    private static func answer(_ status: Int, _ body: String, retryAfter: String? = nil) -> ReportAnswer {
        ReportAnswer(status: status, retryAfter: retryAfter, body: Array(body.utf8))
    }

    @Test(
        "0 is accepted however it is spelled",
        arguments: [#"{"ret":0,"msg":""}"#, #"{ "msg": "", "ret": 0 }"#, #"{"ret":0}"#]
    )
    func accepted(_ body: String) {
        #expect(Self.answer(200, body) == .accepted)
    }

    @Test("0 with another status is not believed")
    func wrongStatus() {
        let body = #"{"ret":0,"msg":""}"#
        #expect(Self.answer(500, body) == .failed(.unexpected(status: 500, body: body)))
        #expect(Self.answer(503, body) == .retry(reason: "the server is busy", notBefore: nil))
    }

    @Test(
        "Retry-After counts where it is seconds",
        arguments: [
            ("7", Duration.seconds(7)), ("0", .zero), ("-1", nil), ("soon", nil),
            ("Wed, 21 Oct 2026 07:28:00 GMT", nil),
            ("99999999999999999999", nil), ("1000000", .seconds(86_400)),
        ]
    )
    func retryAfter(_ value: String, _ expected: Duration?) {
        #expect(Self.answer(503, "", retryAfter: value) == .retry(reason: "the server is busy", notBefore: expected))
    }

    @Test("a refusal without detail has at least the message")
    func noDetail() {
        #expect(Self.answer(200, #"{"ret":1001,"msg":"no"}"#) == .failed(.refused(detail: "no")))
    }
}
