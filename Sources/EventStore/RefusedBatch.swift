/// Refused reports as columns, in the layout of ``EventBatch``. Row `i` of every column belongs to the same report.
package struct RefusedBatch: Sendable {
    package var count: Int { arrivalMicroseconds.count }

    /// When the report arrived, Unix microseconds; names it: no two reports of one journal share it.
    package private(set) var arrivalMicroseconds: [UInt64] = []
    package private(set) var app = StringColumn()
    /// The reason's stable word, and what the sender was told.
    package private(set) var code = StringColumn()
    package private(set) var detail = StringColumn()
    /// The client's own name for the report; empty where it gave none.
    package private(set) var idempotencyKey = StringColumn()
    /// Any bytes; the first of them where ``bodyBytes`` says that there were more.
    package private(set) var body = StringColumn()
    package private(set) var bodyBytes: [UInt32] = []
    package private(set) var planVersion: [UInt32] = []
    /// Where the journal holds it.
    package private(set) var journalSegment: [UInt64] = []
    package private(set) var journalOffset: [UInt64] = []
    /// Empty where it is not kept.
    package private(set) var clientAddress = StringColumn()

    package init() {}

    package mutating func append(
        arrivalMicroseconds: UInt64,
        app: UnsafeRawBufferPointer,
        code: UnsafeRawBufferPointer,
        detail: UnsafeRawBufferPointer,
        idempotencyKey: UnsafeRawBufferPointer?,
        body: UnsafeRawBufferPointer,
        bodyBytes: UInt32,
        planVersion: UInt32,
        journalSegment: UInt64,
        journalOffset: UInt64,
        clientAddress: UnsafeRawBufferPointer? = nil
    ) {
        self.arrivalMicroseconds.append(arrivalMicroseconds)
        self.app.append(app)
        self.code.append(code)
        self.detail.append(detail)
        self.idempotencyKey.append(idempotencyKey ?? UnsafeRawBufferPointer(start: nil, count: 0))
        self.body.append(body)
        self.bodyBytes.append(bodyBytes)
        self.planVersion.append(planVersion)
        self.journalSegment.append(journalSegment)
        self.journalOffset.append(journalOffset)
        self.clientAddress.append(clientAddress ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }
}
