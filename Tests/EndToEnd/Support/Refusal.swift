import Testing

/// What the answer to a refused report must say, as the contract words it.
enum ExpectedDetail: Sendable, CustomStringConvertible {
    case exactly(String)
    /// Begins with this path and a colon; the words after it are the program's.
    case at(String)
    /// Says something.
    case something

    var description: String {
        switch self {
        case .exactly(let text): text
        case .at(let path): "\(path): …"
        case .something: "…"
        }
    }

    func matches(_ detail: String) -> Bool {
        switch self {
        case .exactly(let text): detail == text
        case .at(let path): detail.hasPrefix("\(path): ") && detail.count > path.count + 2
        case .something: !detail.isEmpty
        }
    }
}

/// The bodies that INTERFACE section 1 fixes to the byte.
enum Fixed {
    static let stored = #"{"ret":0,"msg":""}"#
    static let parameterMessage = "请求参数错误，请稍后再试"
    static let notAdmitted = #"{"ret":1002,"msg":"鉴权失败，请重新获取token"}"#
    static let tooLarge = #"{"ret":1004,"msg":"请求数据过大"}"#
    static let unknownPath = #"{"ret":1006,"msg":"接口不存在"}"#
    static let wrongMethod = #"{"ret":1007,"msg":"请求方法错误"}"#
}

func expectStored(
    _ answer: HTTPAnswer,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == 200, comment, sourceLocation: sourceLocation)
    #expect(answer.text == Fixed.stored, comment, sourceLocation: sourceLocation)
    #expect(answer["Content-Type"]?.hasPrefix("application/json") == true, sourceLocation: sourceLocation)
}

func expectRefused(
    _ answer: HTTPAnswer,
    _ detail: ExpectedDetail,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == 200, "\(answer)", sourceLocation: sourceLocation)
    #expect(
        answer.text.hasPrefix(#"{"ret":1001,"msg":"\#(Fixed.parameterMessage)","detail":""#),
        sourceLocation: sourceLocation
    )
    #expect(
        answer.json?.object.map { Set($0.keys) } == ["ret", "msg", "detail"],
        "\(answer)",
        sourceLocation: sourceLocation
    )
    let said = answer.detail ?? ""
    #expect(detail.matches(said), "expected \(detail), found \(said)", sourceLocation: sourceLocation)
    #expect(answer["Content-Type"]?.hasPrefix("application/json") == true, sourceLocation: sourceLocation)
}

func expectAnswer(
    _ answer: HTTPAnswer,
    status: Int,
    body: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer.text == body, sourceLocation: sourceLocation)
    #expect(answer["Content-Type"]?.hasPrefix("application/json") == true, sourceLocation: sourceLocation)
}
