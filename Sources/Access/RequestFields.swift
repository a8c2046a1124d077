#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The members of a JSON object that a client sent, checked as the caller's contract types them.
///
/// `null` is absent; a string is never read from a number. Whether members that nobody asked for are an error is the
/// caller's to say: ``refuseMembers(except:)``.
package struct RequestFields {
    private let fields: [String: Value]

    /// What the client is told as `detail`: `app_secret: expected a string, found an integer`.
    package struct Fault: Error, Equatable {
        package let detail: String

        package init(detail: String) {
            self.detail = detail
        }
    }

    package init(_ body: [UInt8]) throws(Fault) {
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
    package func string(_ name: String, limitBytes: Int) throws(Fault) -> String {
        guard let text = try optionalString(name, limitBytes: limitBytes) else {
            throw Fault(detail: "\(name): required, but missing")
        }
        guard !text.isEmpty else { throw Fault(detail: "\(name): must not be empty") }
        return text
    }

    package func optionalString(_ name: String, limitBytes: Int) throws(Fault) -> String? {
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

    /// An integer; nil where it is absent.
    package func optionalInteger(_ name: String) throws(Fault) -> Int64? {
        switch fields[name] {
        case nil, .null:
            return nil
        case .integer(let number):
            return number
        case .some(let other):
            throw Fault(detail: "\(name): expected an integer, found \(other.phrase)")
        }
    }

    /// `true` or `false`; nil where it is absent.
    package func optionalBoolean(_ name: String) throws(Fault) -> Bool? {
        switch fields[name] {
        case nil, .null:
            return nil
        case .boolean(let value):
            return value
        case .some(let other):
            throw Fault(detail: "\(name): expected a boolean, found \(other.phrase)")
        }
    }

    /// Refuses an object that has other members than these: a mistyped name must not silently count as absent.
    package func refuseMembers(except known: Set<String>) throws(Fault) {
        guard fields.keys.allSatisfy(known.contains) else {
            let names = known.isEmpty ? "none" : known.sorted().joined(separator: ", ")
            throw Fault(detail: "body: holds other members than it may (\(names))")
        }
    }

    package func constant(_ name: String, _ expected: String) throws(Fault) {
        guard try string(name, limitBytes: 256) == expected else {
            throw Fault(detail: "\(name): expected \"\(expected)\"")
        }
    }

    /// As much of a JSON value as a fault needs to name.
    private enum Value: Decodable {
        case null, number, array
        case boolean(Bool)
        case integer(Int64)
        case string(String)
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let text = try? container.decode(String.self) {
                self = .string(text)
            } else if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else if let number = try? container.decode(Int64.self) {
                self = .integer(number)
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
            case .integer, .number: "a number"
            case .array: "an array"
            case .string: "a string"
            case .object: "an object"
            }
        }
    }
}
