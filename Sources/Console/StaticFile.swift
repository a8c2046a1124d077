import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// One file as it is sent: bytes, their gzip form, and the hash that names them.
struct StaticFile: Sendable {
    let contentType: String
    /// First 16 hexadecimal digits of the content's SHA-256.
    let hash: String
    let caching: Caching
    private let plain: ByteBuffer
    /// nil where compressing gains nothing.
    private let gzipped: ByteBuffer?

    enum Caching: String, Sendable {
        /// The address holds a hash of the content: another content has another address.
        case forever = "public, max-age=31536000, immutable"
        /// Asked again each time, answered 304 while unchanged.
        case revalidated = "no-cache"
    }

    init(_ bytes: [UInt8], contentType: String, caching: Caching) {
        self.contentType = contentType
        self.caching = caching
        hash = Self.hash(of: bytes)
        plain = ByteBuffer(bytes: bytes)
        gzipped = Gzip.compress(bytes).flatMap { $0.count < bytes.count ? ByteBuffer(bytes: $0) : nil }
    }

    static func hash(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The answer to one GET: 304 where the browser has these bytes, else the form it takes.
    func response(to request: Request) -> Response {
        let compressed = gzipped != nil && Self.acceptsGzip(request)
        // Two forms of one content are two entities (RFC 9110, 8.8.3.3).
        let entityTag = compressed ? "\"\(hash)-gzip\"" : "\"\(hash)\""
        var headers: HTTPFields = [.eTag: entityTag, .cacheControl: caching.rawValue]
        if gzipped != nil { headers[.vary] = "Accept-Encoding" }
        if Self.ifNoneMatch(request, names: entityTag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = contentType
        if compressed { headers[.contentEncoding] = "gzip" }
        let body = compressed ? gzipped ?? plain : plain
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private static func acceptsGzip(_ request: Request) -> Bool {
        for item in (request.headers[.acceptEncoding] ?? "").split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            if parts.first == "gzip" || parts.first == "*" {
                return !parts.dropFirst().contains { $0.hasPrefix("q=0") && !$0.contains { ("1"..."9").contains($0) } }
            }
        }
        return false
    }

    private static func ifNoneMatch(_ request: Request, names entityTag: String) -> Bool {
        (request.headers[.ifNoneMatch] ?? "").split(separator: ",").contains { item in
            var item = item.drop { $0 == " " }
            while item.last == " " { item.removeLast() }
            if item.hasPrefix("W/") { item = item.dropFirst(2) }
            return item == entityTag || item == "*"
        }
    }
}
