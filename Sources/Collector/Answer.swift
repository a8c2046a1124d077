import NIOCore

/// The contract's answers; source: INTERFACE section 1.
package enum Answer: Sendable, Equatable {
    case stored
    /// A dry run found nothing wrong, and its client asks what it found.
    case checked(items: Int, appliesPreference: Bool)
    /// With all that is wrong, where the client asks for it.
    case rejected(detail: String, mistakes: Mistakes? = nil)
    case unauthorized
    case tooMany(retryAfterSeconds: Int)
    case tooLarge
    case busy(retryAfterSeconds: Int)
    case unknownPath
    case wrongMethod(allow: String)
    /// HTTP that cannot be understood; the connection closes.
    case malformedHTTP(status: Int, reason: String)
    /// CORS preflight.
    case preflight(requestedHeaders: String?)

    var status: (code: Int, reason: StaticString) {
        switch self {
        case .stored, .checked, .rejected: (200, "OK")
        case .preflight: (204, "No Content")
        case .unauthorized: (401, "Unauthorized")
        case .unknownPath: (404, "Not Found")
        case .wrongMethod: (405, "Method Not Allowed")
        case .tooLarge: (413, "Content Too Large")
        case .tooMany: (429, "Too Many Requests")
        case .busy: (503, "Service Unavailable")
        case .malformedHTTP(let status, _):
            switch status {
            case 408: (408, "Request Timeout")
            case 417: (417, "Expectation Failed")
            case 431: (431, "Request Header Fields Too Large")
            case 501: (501, "Not Implemented")
            case 505: (505, "HTTP Version Not Supported")
            default: (400, "Bad Request")
            }
        }
    }

    var body: String {
        switch self {
        case .stored: #"{"ret":0,"msg":""}"#
        case .checked(let items, _): #"{"ret":0,"msg":"","items":\#(items)}"#
        case .rejected(let detail, let mistakes):
            #"{"ret":1001,"msg":"请求参数错误，请稍后再试","detail":"\#(Self.escaped(detail))"\#(mistakes?.members ?? "")}"#
        case .unauthorized: #"{"ret":1002,"msg":"鉴权失败，请重新获取token"}"#
        case .tooMany: #"{"ret":1003,"msg":"请求过于频繁，请稍后再试"}"#
        case .tooLarge: #"{"ret":1004,"msg":"请求数据过大"}"#
        case .busy: #"{"ret":1005,"msg":"服务繁忙，请稍后再试"}"#
        case .unknownPath: #"{"ret":1006,"msg":"接口不存在"}"#
        case .wrongMethod: #"{"ret":1007,"msg":"请求方法错误"}"#
        case .malformedHTTP(_, let reason):
            #"{"ret":1001,"msg":"请求参数错误，请稍后再试","detail":"HTTP: \#(Self.escaped(reason))"}"#
        case .preflight: ""
        }
    }

    /// Text inside a JSON string; details are ours, but may quote.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case _ where scalar.value < 0x20: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// Which parts of a response depend on the request.
struct AnswerFrame: Equatable {
    /// What `Access-Control-Allow-Origin` says; nil where the request names no origin, or one that may not read.
    var allowOrigin: String?
    var keepsAlive = true
    /// HTTP/1.0 must be told that the connection stays.
    var announcesKeepAlive = false
    var isHeadRequest = false
    /// `Date`, as RFC 9110 5.6.7 spells it.
    var date: String
}

extension Answer {
    /// The headers that go with the answer, but for those that frame it on the wire.
    func fields(_ frame: AnswerFrame) -> [(name: StaticString, value: String)] {
        var fields: [(name: StaticString, value: String)] = [("Date", frame.date)]
        if case .preflight(let requestedHeaders) = self {
            fields.append(("Access-Control-Allow-Methods", "POST, OPTIONS"))
            fields.append(("Access-Control-Allow-Headers", requestedHeaders ?? "Authorization, Content-Type"))
            fields.append(("Access-Control-Max-Age", "86400"))
        } else {
            fields.append(("Content-Type", "application/json; charset=utf-8"))
            fields.append(("Content-Length", "\(body.utf8.count)"))
        }
        switch self {
        case .busy(let seconds), .tooMany(let seconds): fields.append(("Retry-After", "\(seconds)"))
        case .wrongMethod(let allow): fields.append(("Allow", allow))
        case .unauthorized: fields.append(("WWW-Authenticate", "Bearer"))
        default: break
        }
        if appliesPreference { fields.append(("Preference-Applied", "return=representation")) }
        guard let origin = frame.allowOrigin else { return fields }
        fields.append(("Access-Control-Allow-Origin", origin))
        if origin != "*" { fields.append(("Vary", "Origin")) }
        switch self {
        case .busy, .tooMany: fields.append(("Access-Control-Expose-Headers", "Retry-After"))
        case _ where appliesPreference: fields.append(("Access-Control-Expose-Headers", "Preference-Applied"))
        default: break
        }
        return fields
    }

    /// Whether the answer holds what `Prefer: return=representation` asked for.
    private var appliesPreference: Bool {
        switch self {
        case .checked(_, let applies): applies
        case .rejected(_, let mistakes): mistakes?.appliesPreference ?? false
        default: false
        }
    }

    /// The answer as HTTP/1 spells it.
    func response(_ frame: AnswerFrame) -> ByteBuffer {
        var text = "HTTP/1.1 \(status.code) \(status.reason)\r\n"
        for field in fields(frame) { text += "\(field.name): \(field.value)\r\n" }
        if !frame.keepsAlive {
            text += "Connection: close\r\n"
        } else if frame.announcesKeepAlive {
            text += "Connection: keep-alive\r\n"
        }
        text += "\r\n"
        if !frame.isHeadRequest { text += body }
        return ByteBuffer(string: text)
    }
}
