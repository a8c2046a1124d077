import HTTPTypes
import Hummingbird
import Insights
import NIOCore
import Plans

/// What the API says, in the contract's envelope: `{"ret":…,"msg":…,"detail":…}` or, answered, with `data`.
///
/// `ret` and `msg` are the report API's, so that a client has one table; the status says the same to everything that
/// reads HTTP only. Thrown, it is the answer instead of the one that was being made.
enum APIAnswer: Error, Sendable {
    case data([UInt8])
    /// What was asked for is under way, and goes on by itself.
    case accepted([UInt8])
    /// A question's answer, with how current it is beside it.
    case answer([UInt8], Freshness)
    case badParameter(detail: String)
    /// A tracking plan that is wrong, with everything that is.
    case badPlan(PlanFaults)
    case notAdmitted(detail: String?)
    /// Admitted, but not to this.
    case notAllowed(detail: String)
    case tooManyAttempts(retryAfterSeconds: Int)
    case tooLarge
    case unavailable(detail: String)
    /// The question is well formed but would take more time, memory or rows than one may.
    case overLimit(detail: String)
    case unknown
    /// The path is known, what it names is not there.
    case missing(detail: String)
    case wrongMethod(allowed: [HTTPRequest.Method])
    case crossSite
    case internalError

    var status: HTTPResponse.Status {
        switch self {
        case .data, .answer: .ok
        case .accepted: .accepted
        case .badParameter, .badPlan: .badRequest
        case .notAdmitted: .unauthorized
        case .tooManyAttempts: .tooManyRequests
        case .tooLarge: .contentTooLarge
        case .unavailable: .serviceUnavailable
        case .overLimit: .unprocessableContent
        case .unknown, .missing: .notFound
        case .wrongMethod: .methodNotAllowed
        case .crossSite, .notAllowed: .forbidden
        case .internalError: .internalServerError
        }
    }

    var ret: Int {
        switch self {
        case .data, .answer, .accepted: 0
        case .badParameter, .badPlan, .overLimit: 1001
        case .notAdmitted, .notAllowed, .crossSite: 1002
        case .tooManyAttempts: 1003
        case .tooLarge: 1004
        case .unavailable: 1005
        case .unknown, .missing: 1006
        case .wrongMethod: 1007
        case .internalError: 1008
        }
    }

    private var message: String {
        switch self {
        case .data, .answer, .accepted: ""
        case .badParameter, .badPlan, .overLimit: "请求参数错误，请稍后再试"
        case .notAdmitted, .notAllowed, .crossSite: "鉴权失败，请重新获取token"
        case .tooManyAttempts: "请求过于频繁，请稍后再试"
        case .tooLarge: "请求数据过大"
        case .unavailable: "服务繁忙，请稍后再试"
        case .unknown, .missing: "接口不存在"
        case .wrongMethod: "请求方法错误"
        case .internalError: "服务内部错误"
        }
    }

    private var detail: String? {
        switch self {
        case .badParameter(let detail), .unavailable(let detail), .overLimit(let detail), .notAllowed(let detail),
            .missing(let detail):
            detail
        case .badPlan(let faults): faults.faults.first?.text(in: "plan.yml")
        case .notAdmitted(let detail): detail
        case .crossSite: "the request does not come from a page of this site"
        case .data, .answer, .accepted, .tooManyAttempts, .tooLarge, .unknown, .wrongMethod, .internalError: nil
        }
    }

    private var extraHeaders: HTTPFields {
        switch self {
        case .notAdmitted: [.wwwAuthenticate: "Bearer"]
        case .tooManyAttempts(let seconds): [.retryAfter: String(seconds)]
        case .unavailable: [.retryAfter: "2"]
        case .wrongMethod(let allowed): [.allow: allowed.map(\.rawValue).joined(separator: ", ")]
        default: [:]
        }
    }

    var response: Response {
        var headers = extraHeaders
        headers[.contentType] = "application/json; charset=utf-8"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private var body: [UInt8] {
        var json = Array(#"{"ret":\#(ret),"msg":"\#(message)""#.utf8)
        switch self {
        case .data(let data), .accepted(let data): json += Array(#","data":"#.utf8) + data
        case .answer(let data, let freshness):
            json += Array(#","data":"#.utf8) + data
            if let asOf = freshness.asOfSeconds { json += Array(#","as_of":\#(asOf)"#.utf8) }
            if let late = freshness.late { json += Array(#","late":\#(late)"#.utf8) }
        default:
            guard let detail else { break }
            json += Array(#","detail":"#.utf8) + JSONValue.string(detail).encoded()
        }
        if case .badPlan(let faults) = self {
            json += Array(#","errors":"#.utf8) + JSONValue.array(faults.faults.map(\.json)).encoded()
        }
        json.append(UInt8(ascii: "}"))
        return json
    }
}
