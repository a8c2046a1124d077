import EventStore

/// One event as the store holds it; what was not reported is `null`.
enum EventRecord {
    static let columns: SQL = """
        toInt64(event_time), event_time_given, arrival, item_index, app, uid, openid, device_type, business_type, channel, \
        operate_id, page_id, pos_id, prev_id, trace_id, duration
        """

    static func read(_ row: inout RowReader) throws(QuestionError) -> (cursor: EventCursor, json: JSONValue) {
        let eventTime = try row.integer()
        let isGiven = try row.integer() == 1
        let arrival = try row.integer()
        let itemIndex = try row.integer()
        let app = try row.string()
        let json: JSONValue = [
            "event_time": .int(eventTime),
            "uid": .string(try row.string()),
            "openid": .string(try row.string()),
            "device_type": JSONValue(try row.optionalInteger()),
            "business_type": JSONValue(try row.optionalInteger()),
            "channel": JSONValue(try row.optionalInteger()),
            "operate_id": JSONValue(try row.optionalInteger()),
            "page_id": JSONValue(try row.optionalInteger()),
            "pos_id": JSONValue(try row.optionalInteger()),
            "prev_id": JSONValue(try row.optionalInteger()),
            "trace_id": JSONValue(try row.optionalString()),
            "duration": JSONValue(try row.optionalUnsigned()),
            "app": .string(app),
            "event_time_given": .bool(isGiven),
            "arrival": .int(arrival),
            "item_index": .int(itemIndex),
        ]
        return (EventCursor(eventTime: eventTime, arrival: arrival, itemIndex: itemIndex), json)
    }
}
