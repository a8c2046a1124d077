import EventStore

/// How far the clocks of devices are from ours. Shown, never applied: times stand as they were reported.
///
/// A report's offset is its newest event's time less its arrival: what the clock is ahead, less what the report was
/// under way. Only the second varies, and it is never negative; so the largest offset of a device's reports is the
/// clock's, up to the quickest way one of them had. Where that is ahead, the clock is, by at least as much. Where it is
/// behind, it may as well be a device that always reports late: it is believed of three reports or more whose offsets
/// agree, for what waits in a queue waits differently each time. A client that says when it sent
/// (`X-Footprint-Sent-At`) leaves nothing to guess.
enum Skew: Question {
    static let entry = CatalogueEntry(
        "skew",
        .init("How far devices' clocks are from the server's", "设备时钟与服务器的偏差"),
        parameters: Deliveries.parameters + [CatalogueEntry.Parameter.limit(20)]
    )

    /// Offsets are whole seconds of two clocks, and a report is under way for a moment: less is right.
    private static let toleranceSeconds: Int64 = 2
    /// A clock that is behind by less is no different from a short queue.
    private static let behindSeconds: Int64 = 60
    private static let reportsToAgree: Int64 = 3
    /// Bars of the histogram: from, to; ahead is positive.
    private static let bars: [(from: Int64?, to: Int64?)] = [
        (nil, -86_400), (-86_400, -3_600), (-3_600, -600), (-600, -60), (-60, -2), (-2, 3), (3, 61), (61, 601),
        (601, 3_601), (3_601, nil),
    ]

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let devices = statement(try Deliveries(asked))
        let counts = bars.map { bar -> SQL in
            let from: SQL = bar.from.map { "skew >= \($0)" } ?? "1"
            let to: SQL = bar.to.map { "skew < \($0)" } ?? "1"
            return "countIf(known = 1 AND \(from) AND \(to))"
        }
        let whole = try await asked.rows(
            """
            SELECT count() AS devices, countIf(known = 1 AND skew > \(toleranceSeconds)), \
            countIf(known = 1 AND skew < \(-toleranceSeconds)), countIf(known = 0), \
            quantilesExactIf(0.5, 0.9, 0.99)(toInt64(abs(skew)), known = 1), \
            [\(.joined(counts, separator: ", "))] FROM (\(devices)) HAVING devices > 0
            """
        ) { row throws(QuestionError) in
            (
                devices: try row.integer(), ahead: try row.integer(), behind: try row.integer(),
                unknown: try row.integer(), quantiles: try row.integers(), counts: try row.integers()
            )
        }
        let worst = try await asked.rows(
            """
            SELECT app, uid, device_type, skew, reports FROM (\(devices)) \
            WHERE known = 1 AND (skew > \(toleranceSeconds) OR skew < \(-toleranceSeconds)) \
            ORDER BY abs(skew) DESC, app, uid LIMIT \(asked.arguments.integer("limit"))
            """
        ) { row throws(QuestionError) -> JSONValue in
            [
                "app": .string(try row.string()),
                "uid": .string(try row.string()),
                "device_type": JSONValue(try row.optionalInteger()),
                "seconds": .int(try row.integer()),
                "reports": .int(try row.integer()),
            ]
        }
        let found = whole.first
        func quantile(_ index: Int) -> JSONValue {
            guard let found, found.devices > found.unknown else { return .null }
            return index < found.quantiles.count ? .int(found.quantiles[index]) : .null
        }
        return [
            "devices": .int(found?.devices ?? 0),
            "ahead": .int(found?.ahead ?? 0),
            "behind": .int(found?.behind ?? 0),
            "unknown": .int(found?.unknown ?? 0),
            "p50": quantile(0),
            "p90": quantile(1),
            "p99": quantile(2),
            "histogram": .array(
                bars.indices.map { index in
                    [
                        "from": JSONValue(bars[index].from),
                        "to": JSONValue(bars[index].to),
                        "devices": .int(found.map { $0.counts[index] } ?? 0),
                    ]
                }
            ),
            "worst": .array(worst),
        ]
    }

    /// A row a device (a user on one kind of device): its clock's offset, from how many reports, and whether it is known.
    private static func statement(_ deliveries: Deliveries) -> SQL {
        let told: SQL = "if(toldReports > 0, toldMost, most)"
        let agrees: SQL = "most - middle <= greatest(30, intDiv(-most, 10))"
        return """
            SELECT app, uid, device_type, \(told) AS skew, allReports AS reports, \
            toldReports > 0 OR most >= \(-behindSeconds) OR (allReports >= \(reportsToAgree) AND \(agrees)) AS known \
            FROM (SELECT app, uid, max(device) AS device_type, maxIf(away, told = 1) AS toldMost, \
            countIf(told = 1) AS toldReports, maxIf(away, told = 0) AS most, \
            toInt64(quantileExactIf(0.5)(away, told = 0)) AS middle, countIf(told = 0) AS allReports FROM (\
            SELECT app, uid, max(device_type) AS device, arrival, max(toInt64(toUInt32(event_time))) \
            - toInt64(intDiv(arrival, 1000000)) AS away, toUInt8(0) AS told FROM \(Schema.events) \
            WHERE \(deliveries.arrival) AND event_time_given = 1 GROUP BY app, uid, device_type, arrival \
            UNION ALL \
            SELECT app, uid, CAST(NULL AS Nullable(UInt32)) AS device, arrival, \
            toInt64(round((toInt64(sent_at) - toInt64(intDiv(arrival, 1000))) / 1000)) AS away, toUInt8(1) AS told \
            FROM \(Schema.sequences) WHERE \(deliveries.arrival) AND sent_at > 0 AND uid != '') \
            GROUP BY app, uid)
            """
    }
}
