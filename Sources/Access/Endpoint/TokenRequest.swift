#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The fields of a request to the token endpoint, checked as the contract types them.
///
/// `null` is absent; unknown fields are accepted and dropped; a string is never read from a number.
struct TokenRequest {
    private let fields: [String: Value]

    /// What the client is told as `detail`: `app_secret: expected a string, found an integer`.
    struct Fault: Error, Equatable {
        let detail: String
    }

    init(_ body: [UInt8]) throws(Fault) {
        guard !body.isEmpty else { throw Fault(detail: "body: expected a JSON object, found nothing") }
        // JSONDecoder would take UTF-16 and a byte order mark too; the contract says UTF-8. NUL is in no JSON text.
        guard String(validating: body, as: UTF8.self) != nil, !body.contains(0), !body.starts(with: [0xEF, 0xBB, 0xBF])
        else { throw Fault(detail: "body: invalid UTF-8") }
        let value: Value
        do {
            value = try JSONDecoder().decode(Value.self, from: Data(body))
        } catch {
            throw Fault(detail: "body: not JSON")
        }
        guard case .object(let fields) = value else {
            throw Fault(detail: "body: expected an object, found \(value.phrase)")
        }
        self.fields = fields
    }

    /// A required string of 1 to `limitBytes` bytes.
    func string(_ name: String, limitBytes: Int) throws(Fault) -> String {
        guard let text = try optionalString(name, limitBytes: limitBytes) else {
            throw Fault(detail: "\(name): required, but missing")
        }
        guard !text.isEmpty else { throw Fault(detail: "\(name): must not be empty") }
        return text
    }

    func optionalString(_ name: String, limitBytes: Int) throws(Fault) -> String? {
        switch fields[name] {
        case nil, .null:
            return nil
        case .string(let text):
            guard text.utf8.count <= limitBytes else {
                throw Fault(detail: "\(name): longer than \(limitBytes) bytes")
            }
            return text
        case .some(let other):
            throw Fault(detail: "\(name): expected a string, found \(other.phrase)")
        }
    }

    func constant(_ name: String, _ expected: String) throws(Fault) {
        guard try string(name, limitBytes: 256) == expected else {
            throw Fault(detail: "\(name): expected \"\(expected)\"")
        }
    }

    /// As much of a JSON value as a fault needs to name.
    private enum Value: Decodable {
        case null, boolean, number, array
        case string(String)
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let text = try? container.decode(String.self) {
                self = .string(text)
            } else if (try? container.decode(Bool.self)) != nil {
                self = .boolean
            } else if let fields = try? container.decode([String: Value].self) {
                self = .object(fields)
            } else if (try? decoder.unkeyedContainer()) != nil {
                self = .array
            } else {
                self = .number
            }
        }

        var phrase: String {
            switch self {
            case .null: "null"
            case .boolean: "a boolean"
            case .number: "a number"
            case .array: "an array"
            case .string: "a string"
            case .object: "an object"
            }
        }
    }
}
