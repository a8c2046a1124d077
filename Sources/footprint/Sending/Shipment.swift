import FootprintClient

/// One request's worth on its way from a reading thread to the server.
enum Shipment: Sendable {
    /// Events that were given one by one; where the report is refused, its parts are tried.
    case events(BuiltReport<LinePlace>)
    /// A report that was given whole.
    case report(body: [UInt8], events: Int, at: LinePlace)

    var eventCount: Int {
        switch self {
        case .events(let report): report.tags.count
        case .report(_, let events, _): events
        }
    }

    var body: [UInt8] {
        switch self {
        case .events(let report): report.body
        case .report(let body, _, _): body
        }
    }

    /// As far as its bytes tell: see `TraceMark`.
    var isTraced: Bool {
        switch self {
        case .events(let report): report.isTraced
        case .report(let body, _, _): TraceMark.stands(in: body)
        }
    }

    /// How many lines stand or fall with it.
    var lineCount: Int {
        switch self {
        case .events(let report): report.tags.count
        case .report: 1
        }
    }
}

/// Where a line came from.
struct LinePlace: Sendable {
    /// Index of the file among the arguments.
    var file: Int32
    /// From 1.
    var line: Int
}
