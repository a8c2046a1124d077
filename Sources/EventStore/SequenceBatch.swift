/// Reports whose client numbers them: one row each, so that a number which never came can be told.
package struct SequenceBatch: Sendable {
    package enum Outcome: UInt8, Sendable {
        case stored = 0
        case repeated = 1
        case refused = 2
    }

    package var count: Int { arrivalMicroseconds.count }

    private var arrivalMicroseconds: [UInt64] = []
    private var app = StringColumn()
    private var install = StringColumn()
    private var number: [UInt64] = []
    private var outcome: [UInt8] = []
    /// Empty where the report was refused: nobody knows whose it was.
    private var uid = StringColumn()
    /// The client's clock, Unix milliseconds; 0 where it did not say.
    private var sentMilliseconds: [UInt64] = []

    package init() {}

    package mutating func append(
        arrivalMicroseconds: UInt64,
        app: UnsafeRawBufferPointer,
        install: UnsafeRawBufferPointer,
        number: UInt64,
        outcome: Outcome,
        uid: UnsafeRawBufferPointer,
        sentMilliseconds: UInt64?
    ) {
        self.arrivalMicroseconds.append(arrivalMicroseconds)
        self.app.append(app)
        self.install.append(install)
        self.number.append(number)
        self.outcome.append(outcome.rawValue)
        self.uid.append(uid)
        self.sentMilliseconds.append(sentMilliseconds ?? 0)
    }

    package var rows: TableRows {
        TableRows(
            table: Schema.sequences,
            schema: Schema.sequenceColumns,
            count: count,
            columns: [
                .text(app), .text(install), .uint64(number), .uint64(arrivalMicroseconds), .uint8(outcome),
                .text(uid), .uint64(sentMilliseconds),
            ]
        )
    }
}
