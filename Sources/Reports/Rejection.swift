/// Why a report was refused: where in the body, and which rule. Small and trivial, so that refusing costs nothing.
///
/// Source of the rules: INTERFACE section 1. ``detail`` is what the client reads.
package struct Rejection: Error, Sendable, Equatable {
    package var location: Location
    package var reason: Reason

    package init(_ reason: Reason, at location: Location) {
        self.reason = reason
        self.location = location
    }

    /// The place, as a path a developer can follow: `items[3].event_time`.
    package enum Location: Sendable, Equatable {
        /// The body as a whole, at a byte.
        case body(byte: Int)
        case report
        case head
        case headField(Field)
        case items
        case item(index: Int)
        case itemField(index: Int, Field)
        /// `items` was a single object, which has no index in its path.
        case singleItem
        case singleItemField(Field)
    }

    package enum Field: UInt8, Sendable, Equatable, CaseIterable {
        case uid, openid, deviceType, businessType
        case eventTime, channel, operateID, pageID, posID, prevID, traceID, duration

        package var name: StaticString {
            switch self {
            case .uid: "uid"
            case .openid: "openid"
            case .deviceType: "device_type"
            case .businessType: "business_type"
            case .eventTime: "event_time"
            case .channel: "channel"
            case .operateID: "operate_id"
            case .pageID: "page_id"
            case .posID: "pos_id"
            case .prevID: "prev_id"
            case .traceID: "trace_id"
            case .duration: "duration"
            }
        }
    }

    package enum Reason: Sendable, Equatable {
        // The bytes are not the JSON we read.
        case emptyBody
        case notJSON
        case endsTooEarly
        case trailingBytes
        case invalidUTF8
        case loneSurrogate
        case controlCharacter
        case invalidEscape
        case invalidNumber
        case tooDeep
        case duplicateKey

        // The JSON is not a report.
        case missing
        case empty
        case wrongType(expected: Expected, found: Found)
        case tooLong(limitBytes: Int)
        case tooManyItems(limit: Int)
        case outOfRange(minimum: UInt64, maximum: UInt64)
        case beforeFirstEvent
        case inTheFuture
        case notInPlan

        // An item does not obey the plan's rules for its operation.
        case channelNotInPlan(operation: UInt32)
        case requiredByPlan(operation: UInt32)
        case outsidePlan(minimum: UInt64, maximum: UInt64)

        // The request around it.
        case contentType
        case contentEncoding
        case badGzip
        case idempotencyKey
        case sequence
        case sentAt
    }

    package enum Expected: Sendable, Equatable {
        case object, objectOrArray, integer, string, stringOrInteger
    }

    package enum Found: Sendable, Equatable {
        case null, boolean, integer, fraction, string, array, object
    }
}

extension Rejection {
    /// A stable word for metrics, quarantine and grouping.
    package var code: String {
        switch reason {
        case .emptyBody: "empty_body"
        case .notJSON: "not_json"
        case .endsTooEarly: "ends_too_early"
        case .trailingBytes: "trailing_bytes"
        case .invalidUTF8: "invalid_utf8"
        case .loneSurrogate: "lone_surrogate"
        case .controlCharacter: "control_character"
        case .invalidEscape: "invalid_escape"
        case .invalidNumber: "invalid_number"
        case .tooDeep: "too_deep"
        case .duplicateKey: "duplicate_key"
        case .missing: "missing"
        case .empty: "empty"
        case .wrongType: "wrong_type"
        case .tooLong: "too_long"
        case .tooManyItems: "too_many_items"
        case .outOfRange: "out_of_range"
        case .beforeFirstEvent: "before_2015"
        case .inTheFuture: "in_the_future"
        case .notInPlan: "not_in_plan"
        case .channelNotInPlan: "channel_not_in_plan"
        case .requiredByPlan: "required_by_plan"
        case .outsidePlan: "outside_plan"
        case .contentType: "content_type"
        case .contentEncoding: "content_encoding"
        case .badGzip: "bad_gzip"
        case .idempotencyKey: "idempotency_key"
        case .sequence: "sequence"
        case .sentAt: "sent_at"
        }
    }

    /// One sentence for the client: `items[3].event_time: expected an integer, found a string`.
    package var detail: String { "\(path): \(reasonText)" }

    /// Where, as a developer writes it: `items[3].event_time`.
    package var path: String {
        switch location {
        case .body, .report: "body"
        case .head: "head"
        case .headField(let field): "head.\(field.name)"
        case .items, .singleItem: "items"
        case .item(let index): "items[\(index)]"
        case .itemField(let index, let field): "items[\(index)].\(field.name)"
        case .singleItemField(let field): "items.\(field.name)"
        }
    }

    /// Which rule, in words: `expected an integer, found a string`.
    package var reasonText: String {
        if case .body(let byte) = location { "\(reason.message) at byte \(byte)" } else { reason.message }
    }
}

extension Rejection.Reason {
    fileprivate var message: String {
        switch self {
        case .emptyBody: "expected a JSON object, found nothing"
        case .notJSON: "not JSON: unexpected character"
        case .endsTooEarly: "not JSON: ends too early,"
        case .trailingBytes: "unexpected bytes after the JSON object"
        case .invalidUTF8: "invalid UTF-8"
        case .loneSurrogate: "an escaped surrogate without its other half"
        case .controlCharacter: "a control character inside a string must be escaped"
        case .invalidEscape: "invalid escape in a string"
        case .invalidNumber: "not JSON: malformed number"
        case .tooDeep: "nested deeper than \(ReportLimits.nestingDepth) levels"
        case .duplicateKey: "the same key twice in one object"
        case .missing: "required, but missing"
        case .empty: "must not be empty"
        case .wrongType(let expected, let found): "expected \(expected.phrase), found \(found.phrase)"
        case .tooLong(let limitBytes): "longer than \(limitBytes) bytes"
        case .tooManyItems(let limit): "more than \(limit) items"
        case .outOfRange(let minimum, let maximum): "out of range, expected \(minimum) to \(maximum)"
        case .beforeFirstEvent: "before 2015-01-01, expected Unix seconds"
        case .inTheFuture: "later than 24 hours from now, expected Unix seconds"
        case .notInPlan: "not a value of the tracking plan"
        case .channelNotInPlan(let operation): "not a channel of operate_id \(operation) in the tracking plan"
        case .requiredByPlan(let operation):
            "required for operate_id \(operation) by the tracking plan, but missing"
        case .outsidePlan(let minimum, let maximum):
            "outside the tracking plan's range, expected \(minimum) to \(maximum)"
        case .contentType: "expected Content-Type: application/json"
        case .contentEncoding: "expected no Content-Encoding, or gzip"
        case .badGzip: "not a whole gzip stream"
        case .idempotencyKey: "expected one Idempotency-Key of 1 to \(ReportLimits.keyBytes) visible characters"
        case .sequence:
            "expected one X-Footprint-Sequence: INSTALL_ID/N, of 1 to \(ReportLimits.installBytes) visible characters and a number from 1"
        case .sentAt: "expected one X-Footprint-Sent-At: Unix time in milliseconds or seconds"
        }
    }
}

extension Rejection.Expected {
    fileprivate var phrase: String {
        switch self {
        case .object: "an object"
        case .objectOrArray: "an array of objects"
        case .integer: "an integer"
        case .string: "a string"
        case .stringOrInteger: "a string or an integer"
        }
    }
}

extension Rejection.Found {
    fileprivate var phrase: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer: "an integer"
        case .fraction: "a number with a fraction or exponent"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
