import Access
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// One call of the admin API, by somebody who may make it.
struct AdminCall: Sendable {
    let request: Request
    let context: ConsoleContext
    let administrator: Administrator

    static let bodyLimitBytes = 16 << 10

    var actor: AuditActor { administrator.actor(in: context) }

    /// The segment of the path that was declared as `{name}`.
    func segment(_ name: String) -> String {
        context.parameters.get(name) ?? ""
    }

    /// Reads the body as a JSON object that has these members and no others.
    func body<Fields>(
        members: Set<String>,
        _ read: (RequestFields) throws(RequestFields.Fault) -> Fields
    ) async throws(APIAnswer) -> Fields {
        let bytes = try await body(types: ["application/json"], limitBytes: Self.bodyLimitBytes)
        do throws(RequestFields.Fault) {
            let fields = try RequestFields(bytes)
            try fields.refuseMembers(except: members)
            return try read(fields)
        } catch {
            throw .badParameter(detail: error.detail)
        }
    }

    /// The body as it came, where its Content-Type is one of these.
    func body(types: [String], limitBytes: Int) async throws(APIAnswer) -> [UInt8] {
        let type = request.headers[.contentType]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces)
        guard let type, types.contains(type.lowercased()) else {
            throw .badParameter(detail: "Content-Type: expected \(types.joined(separator: " or "))")
        }
        do {
            return Array(buffer: try await request.body.collect(upTo: limitBytes))
        } catch is NIOTooManyBytesError {
            throw .tooLarge
        } catch {
            throw .badParameter(detail: "the body did not arrive")
        }
    }

    /// The query's parameters, where each is one of `names` and given once.
    func parameters(_ names: Set<String>) throws(APIAnswer) -> [String: String] {
        let given: [(name: String, value: String)]
        do throws(PercentEncoding.Malformed) {
            given = try PercentEncoding.parameters(of: request.uri.query ?? "")
        } catch {
            throw .badParameter(detail: error.detail)
        }
        var parameters: [String: String] = [:]
        for (name, value) in given {
            guard names.contains(name) else { throw .badParameter(detail: "\(name): no such parameter here") }
            guard parameters.updateValue(value, forKey: name) == nil else {
                throw .badParameter(detail: "\(name): given twice")
            }
        }
        return parameters
    }
}

extension RequestFields {
    /// A required string, as long as any that the admin API takes: names, ids, tokens.
    func text(_ name: String) throws(Fault) -> String {
        try string(name, limitBytes: 2_048)
    }

    func optionalText(_ name: String) throws(Fault) -> String? {
        try optionalString(name, limitBytes: 2_048)
    }
}
