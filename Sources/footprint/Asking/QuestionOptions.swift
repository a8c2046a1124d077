import ArgumentParser

/// Every parameter that a question may have, as INTERFACE section 4 lists them. Values go to the question as they are:
/// what each may be is the catalogue's to say.
struct PeriodOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "First day (2024-03-13) or Unix seconds. (default: six days before --to)",
            valueName: "moment"
        )
    )
    var from: String?

    @Option(
        help: ArgumentHelp("Last day, inclusive, or Unix seconds, exclusive. (default: today)", valueName: "moment")
    )
    var to: String?

    @Option(help: ArgumentHelp("Time zone of days and hours. (default: Asia/Shanghai)", valueName: "zone"))
    var tz: String?

    func parameters(_ settings: Settings) throws -> [(name: String, value: String)] {
        var parameters = given([("from", from), ("to", to)])
        // A setting is for all questions, also those that know no time zone; what is said here is for this one.
        if let tz = try settings.value(.tz, tz) { parameters.append(("tz", tz)) }
        return parameters
    }
}

struct FilterOptions: ParsableArguments {
    @Option(
        name: [.customLong("business-type"), .customLong("business_type")],
        help: ArgumentHelp("Only events with this one; \"absent\": without any.", valueName: "id")
    )
    var businessType: [String] = []

    @Option(
        name: [.customLong("device-type"), .customLong("device_type")],
        help: ArgumentHelp("1 Android, 2 iOS.", valueName: "id")
    )
    var deviceType: [String] = []

    @Option(help: ArgumentHelp("1 H5, 2 mini-program.", valueName: "id"))
    var channel: [String] = []

    @Option(name: [.customLong("operate-id"), .customLong("operate_id")], help: ArgumentHelp(valueName: "id"))
    var operateID: [String] = []

    @Option(name: [.customLong("page-id"), .customLong("page_id")], help: ArgumentHelp(valueName: "id"))
    var pageID: [String] = []

    @Option(name: [.customLong("pos-id"), .customLong("pos_id")], help: ArgumentHelp(valueName: "id"))
    var posID: [String] = []

    @Option(help: ArgumentHelp("Only this user's events.", valueName: "uid"))
    var uid: [String] = []

    var parameters: [(name: String, value: String)] {
        let all = [
            ("business_type", businessType), ("device_type", deviceType), ("channel", channel),
            ("operate_id", operateID),
            ("page_id", pageID), ("pos_id", posID), ("uid", uid),
        ]
        return all.flatMap { name, values in values.map { (name: name, value: $0) } }
    }
}

struct ShapeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("trend: pv,uv,… (default: pv,uv)", valueName: "names"))
    var metric: String?

    @Option(
        help: ArgumentHelp(
            "trend: minute, hour, day, week, month; retention: day, week. (default: day)",
            valueName: "width"
        ),
        completion: .list(["minute", "hour", "day", "week", "month"])
    )
    var interval: String?

    @Option(help: ArgumentHelp("At most so many rows.", valueName: "count"))
    var limit: String?

    @Option(help: ArgumentHelp("pages, positions: what rows are ordered by. (default: pv)", valueName: "name"))
    var order: String?

    @Option(
        help: ArgumentHelp("breakdown, durations: by which field.", valueName: "field"),
        completion: .list(["channel", "device_type", "business_type", "operate_id", "page_id"])
    )
    var by: String?

    @Option(help: ArgumentHelp("paths: pages of a path at most. (default: 5)", valueName: "count"))
    var depth: String?

    @Option(help: ArgumentHelp("paths: from the first view of this page.", valueName: "page"))
    var start: String?

    @Option(help: ArgumentHelp("funnel: page:1,page:5,operate:11000", valueName: "steps"))
    var steps: String?

    @Option(help: ArgumentHelp("funnel: seconds from the first step to the last.", valueName: "seconds"))
    var window: String?

    @Option(help: ArgumentHelp("retention: how many periods.", valueName: "count"))
    var periods: String?

    @Option(help: ArgumentHelp("users: the next page, as the answer's \"next\" gives it.", valueName: "cursor"))
    var before: String?

    @Option(help: ArgumentHelp("rejected, rejected_reasons: only this reason.", valueName: "code"))
    var reason: String?

    @Option(help: ArgumentHelp("rejected, rejected_reasons: only this app's reports.", valueName: "appid"))
    var app: String?

    @Option(
        help: ArgumentHelp("rejected, rejected_reasons: any, waiting or replayed. (default: any)", valueName: "state"),
        completion: .list(["any", "waiting", "replayed"])
    )
    var state: String?

    @Option(
        name: [.customLong("trace-id"), .customLong("trace_id")],
        help: ArgumentHelp("where: the trace.", valueName: "id")
    )
    var traceID: String?

    var parameters: [(name: String, value: String)] {
        given([
            ("metric", metric), ("interval", interval), ("limit", limit), ("order", order), ("by", by),
            ("depth", depth),
            ("start", start), ("steps", steps), ("window", window), ("periods", periods), ("before", before),
            ("reason", reason), ("app", app), ("state", state), ("trace_id", traceID),
        ])
    }
}

private func given(_ options: [(String, String?)]) -> [(name: String, value: String)] {
    options.compactMap { name, value in value.map { (name: name, value: $0) } }
}
