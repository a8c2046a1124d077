import HTTPTypes
import Hummingbird

/// The cookie that carries a session's id: out of reach of scripts, sent to this site's own requests only.
enum SessionCookie {
    static let name = "footprint_session"

    static func id(in request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for piece in header.split(separator: ";") {
                let pair = piece.drop { $0 == " " }
                if pair.hasPrefix(name + "=") {
                    return String(pair.dropFirst(name.count + 1))
                }
            }
        }
        return nil
    }

    static func setting(id: String, maxAgeSeconds: Int64, secure: Bool) -> String {
        "\(name)=\(id); Path=/; Max-Age=\(maxAgeSeconds); HttpOnly; SameSite=Strict" + (secure ? "; Secure" : "")
    }

    static func clearing(secure: Bool) -> String {
        setting(id: "", maxAgeSeconds: 0, secure: secure)
    }
}
