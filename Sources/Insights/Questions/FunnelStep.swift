import EventStore

/// One step of a funnel, as `page:5`.
enum FunnelStep: Sendable, Equatable {
    /// A page view of that page.
    case page(UInt32)
    /// Any event at that position.
    case position(UInt32)
    /// Any event of that operation.
    case operation(UInt32)

    static let stepsAtMost = 10

    static func steps(_ text: String, at name: String) throws(QuestionError) -> [FunnelStep] {
        let steps = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard (2...stepsAtMost).contains(steps.count) else {
            throw .expected("2 to \(stepsAtMost) steps, with commas", at: name, found: text)
        }
        return try steps.map { step throws(QuestionError) in try FunnelStep(step, at: name) }
    }

    private init(_ text: String, at name: String) throws(QuestionError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let id = Int(strict: parts[1]).flatMap(UInt32.init(exactly:)) else {
            throw .expected("steps as page:5, pos:2 or operate:11000", at: name, found: text)
        }
        switch parts[0] {
        case "page": self = .page(id)
        case "pos": self = .position(id)
        case "operate": self = .operation(id)
        default: throw .expected("steps as page:5, pos:2 or operate:11000", at: name, found: text)
        }
    }

    var text: String {
        switch self {
        case .page(let id): "page:\(id)"
        case .position(let id): "pos:\(id)"
        case .operation(let id): "operate:\(id)"
        }
    }

    func condition(_ scope: Scope) -> SQL {
        switch self {
        case .page(let id): "(ifNull(page_id = \(id), 0) AND \(scope.isPageView))"
        case .position(let id): "ifNull(pos_id = \(id), 0)"
        case .operation(let id): "ifNull(operate_id = \(id), 0)"
        }
    }

    func name(_ names: Names) -> String {
        switch self {
        case .page(let id): names.name(of: Int64(id), as: .pageID)
        case .position(let id): names.name(of: Int64(id), as: .posID)
        case .operation(let id): names.name(of: Int64(id), as: .operateID)
        }
    }
}
