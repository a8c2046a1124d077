/// Rows for one table, as columns: what an engine is given to insert, whatever they are about.
package struct TableRows: Sendable {
    package let table: SQL
    /// Names and types, in the order of ``columns``.
    package let schema: [Schema.Column]
    package let count: Int
    package let columns: [Column]

    /// One column's values, in the layout that Arrow gives them.
    package enum Column: Sendable {
        case uint8([UInt8])
        case uint16([UInt16])
        case uint32([UInt32])
        case uint64([UInt64])
        case text(StringColumn)
        /// Any bytes, not only text.
        case bytes(StringColumn)
        case optionalUInt32(OptionalColumn<UInt32>)
        case optionalUInt64(OptionalColumn<UInt64>)
        case optionalText(OptionalStringColumn)
    }

    init(table: SQL, schema: [Schema.Column], count: Int, columns: [Column]) {
        precondition(schema.count == columns.count)
        self.table = table
        self.schema = schema
        self.count = count
        self.columns = columns
    }
}

extension EventBatch {
    package var rows: TableRows {
        TableRows(
            table: Schema.events,
            schema: Schema.eventColumns,
            count: count,
            columns: [
                .uint32(eventTime), .uint8(eventTimeGiven), .uint64(arrivalMicroseconds), .uint16(itemIndex),
                .text(app), .text(uid), .text(openid),
                .optionalUInt32(deviceType), .optionalUInt32(businessType), .optionalUInt32(channel),
                .optionalUInt32(operateID), .optionalUInt32(pageID), .optionalUInt32(posID), .optionalUInt32(prevID),
                .optionalText(traceID), .optionalUInt64(durationSeconds), .uint32(planVersion),
                .uint64(identityHigh), .uint64(identityLow), .uint64(journalSegment), .uint64(journalOffset),
                .text(clientAddress), .uint8(isLate),
            ]
        )
    }
}

extension RefusedBatch {
    package var rows: TableRows {
        TableRows(
            table: Schema.quarantine,
            schema: Schema.quarantineColumns,
            count: count,
            columns: [
                .uint64(arrivalMicroseconds), .text(app), .text(code), .text(detail), .text(idempotencyKey),
                .bytes(body), .uint32(bodyBytes), .uint32(planVersion), .uint64(journalSegment),
                .uint64(journalOffset), .text(clientAddress),
            ]
        )
    }
}
