import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A line of `audit.jsonl`, in the one form that we write, without its line feed:
///
///     {"seq":N,"time":N,"who":"…","address":"…","action":"…","target":"…","detail":{…},"chain":"HEX"}
///
/// `address`, `target` and `detail` may be absent. `chain` covers every byte before `,"chain":` and the chain of the
/// line before.
struct AuditLine {
    let sequence: Int64
    let timeSeconds: Int64
    let who: String
    let address: String?
    let action: String
    let target: String?
    /// A flat JSON object; read only where it is wanted, because that takes longer than all the rest.
    private let detailJSON: [UInt8]?
    let chain: AuditChain

    /// Far more than any entry of ours takes.
    static let sizeBytes = 16 << 10

    private static let tailBytes = #","chain":""}"#.utf8.count + AuditChain.characters

    static func spell(_ entry: AuditEntry, after previous: AuditChain) -> (bytes: [UInt8], chain: AuditChain) {
        var text = #"{"seq":\#(entry.sequence),"time":\#(entry.timeSeconds),"who":\#(json(entry.who))"#
        if let address = entry.address { text += #","address":\#(json(address))"# }
        text += #","action":\#(json(entry.action))"#
        if let target = entry.target { text += #","target":\#(json(target))"# }
        if !entry.detail.isEmpty { text += #","detail":\#(json(entry.detail))"# }
        let chain = previous.following(text.utf8)
        return (Array(#"\#(text),"chain":"\#(chain.text)"}"#.utf8), chain)
    }

    /// nil where this is no line of ours.
    init?(_ line: ArraySlice<UInt8>) {
        guard line.count <= Self.sizeBytes, let covered = Self.covered(of: line) else { return nil }
        let parsed = line.withUnsafeBytes { bytes in Fields(bytes, end: covered.count) }
        guard let parsed else { return nil }
        sequence = parsed.sequence
        timeSeconds = parsed.timeSeconds
        who = parsed.who
        address = parsed.address
        action = parsed.action
        target = parsed.target
        detailJSON = parsed.detailJSON
        chain = parsed.chain
    }

    /// What the chain covers; nil where the line is too short to have a chain.
    static func covered(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        line.count > tailBytes ? line.dropLast(tailBytes) : nil
    }

    /// nil where the detail is not what we write.
    var entry: AuditEntry? {
        var detail: [String: AuditValue] = [:]
        if let detailJSON {
            guard let read = try? JSONDecoder().decode([String: AuditValue].self, from: Data(detailJSON)) else {
                return nil
            }
            detail = read
        }
        return AuditEntry(
            sequence: sequence,
            timeSeconds: timeSeconds,
            who: who,
            address: address,
            action: action,
            target: target,
            detail: detail
        )
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(value) else { preconditionFailure("strings and integers always encode") }
        return String(decoding: json, as: UTF8.self)
    }

    /// The line's members, taken in their order.
    private struct Fields {
        let sequence: Int64
        let timeSeconds: Int64
        let who: String
        let address: String?
        let action: String
        let target: String?
        let detailJSON: [UInt8]?
        let chain: AuditChain

        /// - Parameter end: where `,"chain":` stands.
        init?(_ bytes: UnsafeRawBufferPointer, end: Int) {
            var text = ExactText(bytes)
            guard text.take(#"{"seq":"#), let sequence = text.takeInteger(), text.take(#","time":"#),
                let timeSeconds = text.takeInteger(), text.take(#","who":"#), let who = text.takeJSONString()
            else { return nil }
            var address: String?
            if text.take(#","address":"#) {
                guard let found = text.takeJSONString() else { return nil }
                address = found
            }
            guard text.take(#","action":"#), let action = text.takeJSONString() else { return nil }
            var target: String?
            if text.take(#","target":"#) {
                guard let found = text.takeJSONString() else { return nil }
                target = found
            }
            var detailJSON: [UInt8]?
            if text.take(#","detail":"#) {
                guard text.position < end, let found = text.take(count: end - text.position) else { return nil }
                detailJSON = Array(found)
            }
            guard text.position == end, text.take(#","chain":""#), let hex = text.take(count: AuditChain.characters),
                let chain = AuditChain(hex), text.take(#""}"#), text.isAtEnd
            else { return nil }
            (self.sequence, self.timeSeconds, self.chain) = (sequence, timeSeconds, chain)
            (self.who, self.address, self.action) = (who, address, action)
            (self.target, self.detailJSON) = (target, detailJSON)
        }
    }
}

/// SHA-256 over all lines so far: each line's covers the line and the chain of the line before.
struct AuditChain: Equatable {
    /// 64 hexadecimal digits, lower case.
    let text: String

    static let characters = 64
    /// What stands before the first line.
    static let start = AuditChain(text: String(repeating: "0", count: characters))

    private init(text: String) {
        self.text = text
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
        let digits = Array("0123456789abcdef".utf8)
        guard bytes.count == Self.characters, bytes.allSatisfy(digits.contains) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    func following(_ covered: some Sequence<UInt8>) -> AuditChain {
        let digest = SHA256.hash(data: Array(text.utf8) + Array(covered))
        let digits = Array("0123456789abcdef".utf8)
        let hex = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return AuditChain(text: String(decoding: hex, as: UTF8.self))
    }
}

extension ExactText {
    /// A JSON string, its quotation marks included.
    fileprivate mutating func takeJSONString() -> String? {
        guard take("\"") else { return nil }
        var characters: [UInt8] = []
        var hasEscapes = false
        while let byte = take(count: 1)?[0] {
            switch byte {
            case UInt8(ascii: "\""):
                guard hasEscapes else { return String(validating: characters, as: UTF8.self) }
                return try? JSONDecoder().decode(String.self, from: Data([byte] + characters + [byte]))
            case UInt8(ascii: "\\"):
                hasEscapes = true
                guard let escaped = take(count: 1)?[0] else { return nil }
                characters += [byte, escaped]
            case ..<0x20: return nil
            default: characters.append(byte)
            }
        }
        return nil
    }
}
