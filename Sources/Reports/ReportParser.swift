/// Reads a report's JSON and writes its journal encoding, in one pass over the bytes, without a tree between.
///
/// Guarantees: accepts exactly the bodies that INTERFACE section 1 and the plan allow; writes nothing outside `output`;
/// allocates nothing per report or event (only a body with fields nobody knows makes it remember their names, to refuse
/// repeats).
///
/// One parser serves one thread: it owns the scratch memory that escaped strings are unescaped into.
package struct ReportParser: ~Copyable {
    let scratch: UnsafeMutablePointer<UInt8>
    private static let scratchBytes = 3 * 256

    package init() {
        scratch = .allocate(capacity: Self.scratchBytes)
    }

    deinit { scratch.deallocate() }

    /// What the parser is told about the request around the body.
    package struct Circumstances {
        /// The reporting app's id, at most 255 bytes.
        package var app: UnsafeRawBufferPointer
        package var nowSeconds: Int64
        package var arrivalMicroseconds: UInt64
        /// The client's own name for the report, at most 128 bytes; nil where it gave none.
        package var idempotencyKey: UnsafeRawBufferPointer?
        package var delivery: ReportDelivery

        package init(
            app: UnsafeRawBufferPointer,
            nowSeconds: Int64,
            arrivalMicroseconds: UInt64,
            idempotencyKey: UnsafeRawBufferPointer? = nil,
            delivery: ReportDelivery = ReportDelivery()
        ) {
            self.idempotencyKey = idempotencyKey
            self.delivery = delivery
            self.app = app
            self.nowSeconds = nowSeconds
            self.arrivalMicroseconds = arrivalMicroseconds
        }
    }

    /// What was written.
    package struct Encoded: Equatable {
        package var sizeBytes: Int
        package var items: Int
    }

    /// Parses `body` and writes its encoding to `output`, which must hold `encodedReportBound(bodyBytes:)` bytes.
    package func parse(
        _ body: UnsafeRawBufferPointer,
        plan: PlanTable,
        circumstances: Circumstances,
        into output: UnsafeMutableRawBufferPointer
    ) throws(Rejection) -> Encoded {
        precondition(
            output.count >= encodedReportBound(bodyBytes: body.count) && circumstances.app.count <= 255
                && circumstances.idempotencyKey?.count ?? 0 <= ReportLimits.keyBytes
        )
        guard let base = body.bindMemory(to: UInt8.self).baseAddress, let start = output.baseAddress, body.count > 0
        else { throw Rejection(.emptyBody, at: .report) }
        var pass = ReportPass(
            cursor: JSONCursor(base, count: body.count),
            plan: plan,
            nowSeconds: circumstances.nowSeconds,
            scratch: scratch,
            start: start
        )
        try pass.report()
        return pass.finish(circumstances)
    }
}

/// The state of one pass. ``ReportReview`` reads values by the same rules, and goes on where this one ends.
struct ReportPass {
    var cursor: JSONCursor
    let plan: PlanTable
    let lastAllowedTime: Int64
    let scratch: UnsafeMutablePointer<UInt8>

    let start: UnsafeMutableRawPointer
    var output: UnsafeMutableRawPointer

    var itemCount = 0
    var everyItemTraced = true
    /// `items` was a single object: its path has no index.
    var isSingleItem = false

    var uid: JSONCursor.Slice?
    var openid: JSONCursor.Slice?
    var deviceType: UInt32?
    var businessType: UInt32?

    private var unknownFields = UnknownFields()

    /// The first operations among the items whose events must name the one and the other.
    var deviceTypeRequiredBy: UInt32?
    var businessTypeRequiredBy: UInt32?

    init(
        cursor: JSONCursor,
        plan: PlanTable,
        nowSeconds: Int64,
        scratch: UnsafeMutablePointer<UInt8>,
        start: UnsafeMutableRawPointer
    ) {
        self.cursor = cursor
        self.plan = plan
        lastAllowedTime = min(nowSeconds + ReportLimits.futureSeconds, ReportLimits.lastEventTime)
        self.scratch = scratch
        self.start = start
        output = start + ReportLayout.fixedBytes
    }

    // MARK: - The report object

    mutating func report() throws(Rejection) {
        guard let first = cursor.peek() else { throw Rejection(.emptyBody, at: .report) }
        guard first == UInt8(ascii: "{") else { throw try wrongType(.object, first: first, at: .report) }
        cursor.position += 1
        var seenHead = false
        var seenItems = false
        var hasHead = false
        var hasItems = false
        var unknown = UnknownKeys()
        if !cursor.take(UInt8(ascii: "}")) {
            repeat {
                try cursor.expect(UInt8(ascii: "\""))
                let keyStart = cursor.position
                switch try reportKey() {
                case .head:
                    guard !seenHead else { throw duplicate(at: keyStart) }
                    seenHead = true
                    hasHead = try head()
                case .items:
                    guard !seenItems else { throw duplicate(at: keyStart) }
                    seenItems = true
                    hasItems = try items()
                case .unknown(let name):
                    guard unknown.insert(name) else { throw duplicate(at: keyStart) }
                    unknownFields.note(name, in: .report)
                    try cursor.skipValue(depth: 1)
                }
            } while cursor.take(UInt8(ascii: ","))
            try cursor.expect(UInt8(ascii: "}"))
        }
        guard cursor.peek() == nil else { throw cursor.fault(.trailingBytes) }
        guard hasHead else { throw Rejection(.missing, at: .head) }
        guard uid != nil else { throw Rejection(.missing, at: .headField(.uid)) }
        guard openid != nil else { throw Rejection(.missing, at: .headField(.openid)) }
        guard hasItems else { throw Rejection(.missing, at: .items) }
        if deviceType == nil, let operation = deviceTypeRequiredBy {
            throw Rejection(.requiredByPlan(operation: operation), at: .headField(.deviceType))
        }
        if businessType == nil, let operation = businessTypeRequiredBy {
            throw Rejection(.requiredByPlan(operation: operation), at: .headField(.businessType))
        }
    }

    private enum ReportKey {
        case head, items
        case unknown([UInt8])
    }

    /// Takes the key whose opening quote was taken, and its colon.
    private mutating func reportKey() throws(Rejection) -> ReportKey {
        if cursor.take(spelled: "head\"") {
            try cursor.expect(UInt8(ascii: ":"))
            return .head
        }
        if cursor.take(spelled: "items\"") {
            try cursor.expect(UInt8(ascii: ":"))
            return .items
        }
        let name = try cursor.ownedString()
        try cursor.expect(UInt8(ascii: ":"))
        if name.elementsEqual("head".utf8) { return .head }
        if name.elementsEqual("items".utf8) { return .items }
        return .unknown(name)
    }

    @inline(never)
    private mutating func duplicate(at keyStart: UnsafePointer<UInt8>) -> Rejection {
        cursor.position = keyStart
        return cursor.fault(.duplicateKey)
    }

    // MARK: - The head

    /// Takes the head; false where it is null.
    private mutating func head() throws(Rejection) -> Bool {
        if try cursor.takeNull() { return false }
        guard cursor.take(UInt8(ascii: "{")) else { throw try wrongType(.object, at: .head) }
        var seen: UInt8 = 0
        var unknown = UnknownKeys()
        if cursor.take(UInt8(ascii: "}")) { return true }
        repeat {
            try cursor.expect(UInt8(ascii: "\""))
            let keyStart = cursor.position
            let field = try headKey(&unknown)
            try cursor.expect(UInt8(ascii: ":"))
            guard let field else {
                try cursor.skipValue(depth: 2)
                continue
            }
            let bit: UInt8 = 1 << field.rawValue
            guard seen & bit == 0 else { throw duplicate(at: keyStart) }
            seen |= bit
            switch field {
            case .uid: uid = try identifier(.uid, scratch: scratch)
            case .openid: openid = try identifier(.openid, scratch: scratch + 256)
            case .deviceType: deviceType = try enumerated(plan.deviceTypes, at: .headField(.deviceType))
            default: businessType = try enumerated(plan.businessTypes, at: .headField(.businessType))
            }
        } while cursor.take(UInt8(ascii: ","))
        try cursor.expect(UInt8(ascii: "}"))
        return true
    }

    /// The head's field whose key begins here; nil for a key nobody knows, which is remembered.
    private mutating func headKey(_ unknown: inout UnknownKeys) throws(Rejection) -> Rejection.Field? {
        if cursor.take(spelled: "uid\"") { return .uid }
        if cursor.take(spelled: "openid\"") { return .openid }
        if cursor.take(spelled: "device_type\"") { return .deviceType }
        if cursor.take(spelled: "business_type\"") { return .businessType }
        return try unexpectedKey([.uid, .openid, .deviceType, .businessType], in: .head, &unknown)
    }

    /// A key that is not spelled plainly: escaped, or unknown.
    @inline(never)
    private mutating func unexpectedKey(
        _ known: [Rejection.Field],
        in place: UnknownFields.Place,
        _ unknown: inout UnknownKeys
    ) throws(Rejection) -> Rejection.Field? {
        let keyStart = cursor.position
        let name = try cursor.ownedString()
        for field in known where field.name.description.utf8.elementsEqual(name) { return field }
        guard unknown.insert(name) else { throw duplicate(at: keyStart) }
        unknownFields.note(name, in: place)
        return nil
    }

    /// `uid` or `openid`: a string, or an integer kept digit for digit; nil where it is null.
    mutating func identifier(
        _ field: Rejection.Field,
        scratch: UnsafeMutablePointer<UInt8>
    ) throws(Rejection) -> JSONCursor.Slice? {
        let slice: JSONCursor.Slice
        switch cursor.peek() {
        case UInt8(ascii: "\"")?:
            cursor.position += 1
            guard let string = try cursor.string(scratch: scratch, limit: ReportLimits.idBytes) else {
                throw Rejection(.tooLong(limitBytes: ReportLimits.idBytes), at: .headField(field))
            }
            guard string.count > 0 else { throw Rejection(.empty, at: .headField(field)) }
            slice = string
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?:
            let number = try cursor.number()
            guard number.isInteger else {
                throw Rejection(.wrongType(expected: .stringOrInteger, found: .fraction), at: .headField(field))
            }
            guard number.slice.count <= ReportLimits.idBytes else {
                throw Rejection(.tooLong(limitBytes: ReportLimits.idBytes), at: .headField(field))
            }
            slice = number.slice
        default:
            if try cursor.takeNull() { return nil }
            throw try wrongType(.stringOrInteger, at: .headField(field))
        }
        return slice
    }

    // MARK: - Items

    /// Takes `items`: an array of objects or one object; false where it is null.
    private mutating func items() throws(Rejection) -> Bool {
        switch cursor.peek() {
        case UInt8(ascii: "[")?:
            cursor.position += 1
            if cursor.take(UInt8(ascii: "]")) { throw Rejection(.empty, at: .items) }
            repeat {
                guard itemCount < ReportLimits.items else {
                    throw Rejection(.tooManyItems(limit: ReportLimits.items), at: .items)
                }
                guard cursor.take(UInt8(ascii: "{")) else { throw try wrongType(.object, at: itemLocation) }
                try item(depth: 3)
            } while cursor.take(UInt8(ascii: ","))
            try cursor.expect(UInt8(ascii: "]"))
            return true
        case UInt8(ascii: "{")?:
            cursor.position += 1
            isSingleItem = true
            try item(depth: 2)
            return true
        default:
            if try cursor.takeNull() { return false }
            throw try wrongType(.objectOrArray, at: .items)
        }
    }

    struct Item {
        /// Bits of the fields that have a value.
        var present: UInt8 = 0
        var eventTime: UInt32 = 0
        var channel: UInt32 = 0
        var operateID: UInt32 = 0
        var pageID: UInt32 = 0
        var posID: UInt32 = 0
        var prevID: UInt32 = 0
        var traceID: JSONCursor.Slice?
        var duration: UInt64 = 0
    }

    /// Takes one item whose opening brace was taken, and writes it.
    private mutating func item(depth: Int) throws(Rejection) {
        var item = Item()
        var seen: UInt8 = 0
        var unknown = UnknownKeys()
        if !cursor.take(UInt8(ascii: "}")) {
            repeat {
                try cursor.expect(UInt8(ascii: "\""))
                let keyStart = cursor.position
                let field = try itemKey(&unknown)
                try cursor.expect(UInt8(ascii: ":"))
                guard let field else {
                    try cursor.skipValue(depth: depth)
                    continue
                }
                let bit = ReportLayout.bit(field)
                guard seen & bit == 0 else { throw duplicate(at: keyStart) }
                seen |= bit
                if try value(of: field, into: &item) { item.present |= bit }
            } while cursor.take(UInt8(ascii: ","))
            try cursor.expect(UInt8(ascii: "}"))
        }
        if hasRules(item) { try checkRules(of: item) }
        write(item)
        itemCount += 1
    }

    /// The plan's rules for the item's operation.
    @inline(never)
    private mutating func checkRules(of item: Item) throws(Rejection) {
        var broken: TrackingPlan.Operation.Violation?
        rulesBroken(by: item) { violation in
            broken = violation
            return false
        }
        if let broken { throw Rejection(broken.reason, at: fieldLocation(broken.field)) }
    }

    /// Whether the plan has rules for the item's operation.
    @inline(__always)
    func hasRules(_ item: Item) -> Bool {
        guard let ruled = plan.ruledOperations, item.present & ReportLayout.bit(.operateID) != 0 else { return false }
        return ruled.contains(item.operateID)
    }

    /// Calls `found` with one broken rule after the other until it returns false, and remembers what the item's
    /// operation asks of the head.
    mutating func rulesBroken(by item: Item, found: (TrackingPlan.Operation.Violation) -> Bool) {
        guard let operation = plan.plan.operations[item.operateID] else { return }
        operation.check(ItemValues(item), id: item.operateID, found: found)
        if deviceTypeRequiredBy == nil, operation.requires(.deviceType) { deviceTypeRequiredBy = item.operateID }
        if businessTypeRequiredBy == nil, operation.requires(.businessType) { businessTypeRequiredBy = item.operateID }
    }

    /// The item's field whose key begins here; nil for a key nobody knows, which is remembered.
    @inline(__always)
    private mutating func itemKey(_ unknown: inout UnknownKeys) throws(Rejection) -> Rejection.Field? {
        // The names differ in their first eight bytes, closing quote included: one load tells them apart.
        if cursor.remaining >= 12 {
            let bytes = UnsafeRawPointer(cursor.position)
            let word = bytes.loadUnaligned(as: UInt64.self).littleEndian
            switch word {
            case Self.pageID:
                cursor.position += 8
                return .pageID
            case Self.channel:
                cursor.position += 8
                return .channel
            case Self.prevID:
                cursor.position += 8
                return .prevID
            case Self.eventTime
            where cursor.position[8] == UInt8(ascii: "m") && cursor.position[9] == UInt8(ascii: "e")
                && cursor.position[10] == UInt8(ascii: "\""):
                cursor.position += 11
                return .eventTime
            case Self.operateID
            where cursor.position[8] == UInt8(ascii: "i") && cursor.position[9] == UInt8(ascii: "d")
                && cursor.position[10] == UInt8(ascii: "\""):
                cursor.position += 11
                return .operateID
            case Self.traceID where cursor.position[8] == UInt8(ascii: "\""):
                cursor.position += 9
                return .traceID
            case Self.duration where cursor.position[8] == UInt8(ascii: "\""):
                cursor.position += 9
                return .duration
            case _ where word & 0x00FF_FFFF_FFFF_FFFF == Self.posID:
                cursor.position += 7
                return .posID
            default: break
            }
        }
        return try unexpectedKey(
            [.eventTime, .channel, .operateID, .pageID, .posID, .prevID, .traceID, .duration],
            in: .item,
            &unknown
        )
    }

    // Computed, for the compiler makes constants of them; stored ones would be looked up under a lock once a field.
    @inline(__always) private static var pageID: UInt64 { word("page_id\"") }
    @inline(__always) private static var channel: UInt64 { word("channel\"") }
    @inline(__always) private static var prevID: UInt64 { word("prev_id\"") }
    @inline(__always) private static var eventTime: UInt64 { word("event_ti") }
    @inline(__always) private static var operateID: UInt64 { word("operate_") }
    @inline(__always) private static var traceID: UInt64 { word("trace_id") }
    @inline(__always) private static var duration: UInt64 { word("duration") }
    @inline(__always) private static var posID: UInt64 { word("pos_id\"") }

    /// The first eight bytes of a name as the little-endian word that a load of them gives.
    @inline(__always)
    private static func word(_ name: StaticString) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<min(name.utf8CodeUnitCount, 8) {
            word |= UInt64(name.utf8Start[index]) << UInt64(index * 8)
        }
        return word
    }

    /// Takes the value of a field; false where it is null.
    @inline(__always)
    mutating func value(of field: Rejection.Field, into item: inout Item) throws(Rejection) -> Bool {
        switch field {
        case .traceID:
            guard cursor.take(UInt8(ascii: "\"")) else {
                if try cursor.takeNull() { return false }
                throw try wrongType(.string, at: fieldLocation(field))
            }
            guard let trace = try cursor.string(scratch: scratch + 512, limit: ReportLimits.traceBytes) else {
                throw Rejection(.tooLong(limitBytes: ReportLimits.traceBytes), at: fieldLocation(field))
            }
            item.traceID = trace
            return true
        case .duration:
            guard let value = try integer(maximum: ReportLimits.duration, field) else { return false }
            item.duration = value
        case .eventTime:
            guard let value = try integer(maximum: UInt64.max, field) else { return false }
            guard value >= UInt64(ReportLimits.firstEventTime) else {
                throw Rejection(.beforeFirstEvent, at: fieldLocation(field))
            }
            guard value <= UInt64(max(lastAllowedTime, 0)) else {
                throw Rejection(.inTheFuture, at: fieldLocation(field))
            }
            item.eventTime = UInt32(truncatingIfNeeded: value)
        case .pageID:
            guard let value = try identifier32(field, plan.pages) else { return false }
            item.pageID = value
        case .posID:
            guard let value = try identifier32(field, plan.positions) else { return false }
            item.posID = value
        case .prevID:
            guard let value = try identifier32(field, plan.pages) else { return false }
            item.prevID = value
        case .channel:
            guard let value = try planned(field, plan.channels) else { return false }
            item.channel = value
        default:
            guard let value = try planned(field, plan.operations) else { return false }
            item.operateID = value
        }
        return true
    }

    @inline(__always)
    private mutating func identifier32(_ field: Rejection.Field, _ known: ValueSet?) throws(Rejection) -> UInt32? {
        guard let value = try integer(maximum: UInt64(UInt32.max), field) else { return nil }
        let id = UInt32(truncatingIfNeeded: value)
        if let known, !known.contains(id) { throw Rejection(.notInPlan, at: fieldLocation(field)) }
        return id
    }

    @inline(__always)
    private mutating func planned(_ field: Rejection.Field, _ known: ValueSet) throws(Rejection) -> UInt32? {
        guard let value = try integer(maximum: UInt64(UInt32.max), field) else { return nil }
        let id = UInt32(truncatingIfNeeded: value)
        guard known.contains(id) else { throw Rejection(.notInPlan, at: fieldLocation(field)) }
        return id
    }

    mutating func enumerated(_ known: ValueSet, at location: Rejection.Location) throws(Rejection) -> UInt32? {
        guard let value = try integer(maximum: UInt64(UInt32.max), at: location) else { return nil }
        let id = UInt32(truncatingIfNeeded: value)
        guard known.contains(id) else { throw Rejection(.notInPlan, at: location) }
        return id
    }

    // MARK: - Integers

    @inline(__always)
    private mutating func integer(maximum: UInt64, _ field: Rejection.Field) throws(Rejection) -> UInt64? {
        if let value = cursor.takePlainInteger(maximum: maximum) { return value }
        return try oddInteger(maximum: maximum, at: fieldLocation(field))
    }

    private mutating func integer(maximum: UInt64, at location: Rejection.Location) throws(Rejection) -> UInt64? {
        if let value = cursor.takePlainInteger(maximum: maximum) { return value }
        return try oddInteger(maximum: maximum, at: location)
    }

    /// What is no plain integer in range: null (nil), `-0`, or an error that says what was found.
    @inline(never)
    private mutating func oddInteger(maximum: UInt64, at location: Rejection.Location) throws(Rejection) -> UInt64? {
        switch cursor.peek() {
        case UInt8(ascii: "n")?:
            _ = try cursor.takeNull()
            return nil
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?:
            let (slice, isInteger) = try cursor.number()
            guard isInteger else { throw Rejection(.wrongType(expected: .integer, found: .fraction), at: location) }
            if slice.count == 2, slice.start[0] == UInt8(ascii: "-"), slice.start[1] == UInt8(ascii: "0") { return 0 }
            throw Rejection(.outOfRange(minimum: 0, maximum: maximum), at: location)
        default:
            throw try wrongType(.integer, at: location)
        }
    }

    // MARK: - Errors

    var itemLocation: Rejection.Location { isSingleItem ? .singleItem : .item(index: itemCount) }

    @inline(never)
    func fieldLocation(_ field: Rejection.Field) -> Rejection.Location {
        isSingleItem ? .singleItemField(field) : .itemField(index: itemCount, field)
    }

    mutating func wrongType(
        _ expected: Rejection.Expected,
        at location: Rejection.Location
    ) throws(Rejection) -> Rejection {
        guard let first = cursor.peek() else { throw cursor.syntaxError() }
        return try wrongType(expected, first: first, at: location)
    }

    /// The value that begins with `first` is of another type than expected; a syntax error where it begins no value.
    @inline(never)
    private mutating func wrongType(
        _ expected: Rejection.Expected,
        first: UInt8,
        at location: Rejection.Location
    ) throws(Rejection) -> Rejection {
        let found: Rejection.Found
        switch first {
        case UInt8(ascii: "\""): found = .string
        case UInt8(ascii: "{"): found = .object
        case UInt8(ascii: "["): found = .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): found = .boolean
        case UInt8(ascii: "n"): found = .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            found = try cursor.number().isInteger ? .integer : .fraction
        default: throw cursor.syntaxError()
        }
        return Rejection(.wrongType(expected: expected, found: found), at: location)
    }

    // MARK: - Writing

    @inline(__always)
    private mutating func write(_ item: Item) {
        output.storeBytes(of: item.present, as: UInt8.self)
        output += 1
        if item.present & ReportLayout.bit(.eventTime) != 0 { writeFixed(item.eventTime) }
        if item.present & ReportLayout.bit(.channel) != 0 { writeVariable(UInt64(item.channel)) }
        if item.present & ReportLayout.bit(.operateID) != 0 { writeVariable(UInt64(item.operateID)) }
        if item.present & ReportLayout.bit(.pageID) != 0 { writeVariable(UInt64(item.pageID)) }
        if item.present & ReportLayout.bit(.posID) != 0 { writeVariable(UInt64(item.posID)) }
        if item.present & ReportLayout.bit(.prevID) != 0 { writeVariable(UInt64(item.prevID)) }
        if let trace = item.traceID {
            writeBytes(UnsafeRawPointer(trace.start), count: trace.count)
        } else {
            everyItemTraced = false
        }
        if item.present & ReportLayout.bit(.duration) != 0 { writeVariable(item.duration) }
    }

    @inline(__always)
    private mutating func writeFixed(_ value: UInt32) {
        output.storeBytes(of: value.littleEndian, as: UInt32.self)
        output += 4
    }

    @inline(__always)
    private mutating func writeVariable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            output.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            output += 1
            rest >>= 7
        }
        output.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        output += 1
    }

    /// At most 255 bytes, their number before them.
    @inline(__always)
    private mutating func writeBytes(_ bytes: UnsafeRawPointer?, count: Int) {
        output.storeBytes(of: UInt8(truncatingIfNeeded: count), as: UInt8.self)
        if let bytes { (output + 1).copyMemory(from: bytes, byteCount: count) }
        output += 1 + count
    }

    /// Writes the head behind the items and the fixed part before them.
    mutating func finish(_ circumstances: ReportParser.Circumstances) -> ReportParser.Encoded {
        let headOffset = output - start
        writeBytes(circumstances.app.baseAddress, count: circumstances.app.count)
        if let uid { writeBytes(UnsafeRawPointer(uid.start), count: uid.count) }
        if let openid { writeBytes(UnsafeRawPointer(openid.start), count: openid.count) }
        var flags = everyItemTraced ? ReportLayout.everyItemTraced : 0
        if let deviceType {
            flags |= ReportLayout.deviceTypeFollows
            writeFixed(deviceType)
        }
        if let businessType {
            flags |= ReportLayout.businessTypeFollows
            writeFixed(businessType)
        }
        if let key = circumstances.idempotencyKey {
            flags |= ReportLayout.keyFollows
            writeBytes(key.baseAddress, count: key.count)
        }
        if !circumstances.delivery.isEmpty {
            flags |= ReportLayout.deliveryFollows
            output += circumstances.delivery.encode(into: output)
        }
        if !unknownFields.isEmpty {
            flags |= ReportLayout.unknownFieldsFollow
            output += unknownFields.encode(into: output)
        }
        start.storeBytes(of: ReportLayout.version, as: UInt8.self)
        start.storeBytes(of: flags, toByteOffset: 1, as: UInt8.self)
        start.storeBytes(of: UInt16(truncatingIfNeeded: itemCount).littleEndian, toByteOffset: 2, as: UInt16.self)
        start.storeBytes(of: plan.version.littleEndian, toByteOffset: 4, as: UInt32.self)
        start.storeBytes(of: circumstances.arrivalMicroseconds.littleEndian, toByteOffset: 8, as: UInt64.self)
        start.storeBytes(of: UInt32(truncatingIfNeeded: headOffset).littleEndian, toByteOffset: 16, as: UInt32.self)
        return ReportParser.Encoded(sizeBytes: output - start, items: itemCount)
    }
}

extension ItemValues {
    fileprivate init(_ item: ReportPass.Item) {
        self.init()
        func has(_ field: Rejection.Field) -> Bool { item.present & ReportLayout.bit(field) != 0 }
        if has(.eventTime) { eventTime = UInt64(item.eventTime) }
        if has(.channel) { channel = item.channel }
        if has(.operateID) { operateID = item.operateID }
        if has(.pageID) { pageID = item.pageID }
        if has(.posID) { posID = item.posID }
        if has(.prevID) { prevID = item.prevID }
        hasTraceID = has(.traceID)
        if has(.duration) { duration = item.duration }
    }
}

/// Names of one object's fields that the contract does not know: kept only to refuse the same one twice. Takes memory
/// when the first such field appears, never before.
private struct UnknownKeys {
    private var names: Set<[UInt8]>?

    mutating func insert(_ name: [UInt8]) -> Bool {
        guard names != nil else {
            names = [name]
            return true
        }
        return names?.insert(name).inserted ?? true
    }
}
