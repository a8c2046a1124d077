import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How a file of `DATA/access` is spelled: JSON that names its format and carries a checksum of its content, so that
/// damage is noticed whichever byte it hits.
///
///     {"format":"footprint access apps","version":1,"sha256":"SHA-256 OF CONTENT","content":CONTENT}
///
/// The frame is taken exactly as it stands here, with a line feed at its end; CONTENT is any JSON, and the checksum
/// (base64url) is of its bytes as they stand in the file, so that it does not depend on how a JSON encoder spells.
/// The checksum guards against disks and editors, not against attackers: who can write here owns the keys anyway.
/// A change of a content's fields bumps `version`, adds a golden file and a line in docs/formats/.
package enum SealedFile {
    private static let version: Int64 = 1
    private static let checksumBytes = 43

    package static func encode(_ content: some Encodable, format: String) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        guard let json = try? encoder.encode(content) else {
            preconditionFailure("strings and integers always encode")
        }
        let frame = #"{"format":"\#(format)","version":\#(version),"sha256":"\#(checksum(json))","content":"#
        return Array(frame.utf8) + json + Array("}\n".utf8)
    }

    /// The content of `bytes`, as it was written; `file` is the path that errors name.
    package static func decode<Content: Decodable>(
        _ bytes: [UInt8],
        as: Content.Type,
        format: String,
        file: String
    ) throws(AccessError) -> Content {
        guard let frame = bytes.withUnsafeBytes({ Frame($0, format: format) }) else {
            throw .damaged(file: file, reason: bytes.isEmpty ? "empty" : "does not begin as \(format)")
        }
        // Looked at first: a newer version's content need not decode here, and that is no damage.
        guard frame.version <= version else { throw .newerFormat(file: file, version: frame.version) }
        guard frame.version == version else { throw .damaged(file: file, reason: "no format has this version") }
        guard let json = frame.content(of: bytes) else { throw .damaged(file: file, reason: "ends too early") }
        guard checksum(json) == frame.checksum else {
            throw .damaged(file: file, reason: "its checksum does not match")
        }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(json)) else {
            throw .damaged(file: file, reason: "holds other fields than \(format) has")
        }
        return content
    }

    private static func checksum(_ json: some DataProtocol) -> String {
        Base64URL.encode(Array(SHA256.hash(data: json)))
    }

    /// What stands around the content.
    private struct Frame {
        let version: Int64
        let checksum: String
        private let contentStart: Int

        init?(_ bytes: UnsafeRawBufferPointer, format: String) {
            var text = ExactText(bytes)
            guard text.take(#"{"format":""#), let name = text.take(count: format.utf8.count),
                name.elementsEqual(format.utf8), text.take(#"","version":"#), let version = text.takeInteger(),
                text.take(#","sha256":""#), let checksum = text.take(count: checksumBytes),
                text.take(#"","content":"#)
            else { return nil }
            self.version = version
            self.checksum = String(decoding: checksum, as: UTF8.self)
            contentStart = text.position
        }

        func content(of bytes: [UInt8]) -> ArraySlice<UInt8>? {
            let end = Array("}\n".utf8)
            guard bytes.count >= contentStart + end.count, bytes.suffix(end.count).elementsEqual(end) else {
                return nil
            }
            return bytes[contentStart..<(bytes.count - end.count)]
        }
    }
}
