import Access
import EventStore
import HTTPTypes
import Hummingbird
import Insights
import Logging

/// `GET /api/v1/QUESTION…`: every question of `Insights`, as JSON or, with `format=csv`, as a file to keep. For viewers.
struct QuestionRoutes: Sendable {
    let insights: Insights
    let gate: AdminGate
    let nowSeconds: @Sendable () -> Int64
    let logger: Logger

    static let prefix = "/api/v1/"

    func add(to router: Router<ConsoleContext>) {
        router.path("/api/v1/**", [(.get, { request, context in await answer(request, context) })])
    }

    private func answer(_ request: Request, _ context: ConsoleContext) async -> Response {
        do throws(APIAnswer) {
            _ = try gate.admit(request, context, to: .viewer, ownPagesOnly: false)
        } catch {
            return error.response
        }
        let asked: AskedQuestion
        do {
            asked = try AskedQuestion(request)
        } catch {
            return APIAnswer.badParameter(detail: error.detail).response
        }
        do {
            let answer = try await insights.currentAnswer(
                asked.path,
                parameters: asked.parameters,
                nowSeconds: nowSeconds(),
                language: asked.language,
                anew: request.headers[.cacheControl]?.lowercased().contains("no-cache") ?? false
            )
            return switch asked.format {
            case .json: APIAnswer.answer(answer.data.encoded(), answer.freshness).response
            case .csv: CSVDownload(data: answer.data, name: asked.path[0], marked: asked.byteOrderMark).response
            }
        } catch {
            return refusal(of: error, asking: asked).response
        }
    }

    private func refusal(of error: QuestionError, asking asked: AskedQuestion) -> APIAnswer {
        switch error {
        case .unknownQuestion: return .unknown
        case .badParameter(let detail): return .badParameter(detail: detail)
        case .store(let error):
            switch error {
            case .overLimit: return .overLimit(detail: "\(error); ask for a shorter range or a coarser interval")
            case .unavailable: return .unavailable(detail: "\(error)")
            case .misconfigured, .refused:
                // Ours to mend, so the log has the reason and the answer does not quote our SQL.
                logger.error(
                    "the store could not answer a question",
                    metadata: ["question": "\(asked.path[0])", "error": "\(error)"]
                )
                return .internalError
            }
        }
    }
}

/// What a request asks, once its address is taken apart: the question, its parameters, and how the answer is wanted.
struct AskedQuestion: Sendable {
    /// At least one segment, the question's name; decoded.
    let path: [String]
    let parameters: [(name: String, value: String)]
    let format: Format
    /// `bom=1`: a CSV file begins with a byte order mark.
    let byteOrderMark: Bool
    let language: Language

    enum Format: String, Sendable {
        case json, csv
    }

    init(_ request: Request) throws(PercentEncoding.Malformed) {
        // The path as it was sent: the router's own would merge empty segments, which an id may hold.
        path = try PercentEncoding.segments(ofPath: request.uri.path.dropFirst(QuestionRoutes.prefix.count))
        var format = Format.json
        var byteOrderMark = false
        var language = request.headers[.acceptLanguage].flatMap(Language.init(accepting:)) ?? .chinese
        var rest: [(name: String, value: String)] = []
        for (name, value) in try PercentEncoding.parameters(of: request.uri.query ?? "") {
            switch name {
            case "format":
                guard let known = Format(rawValue: value) else {
                    throw PercentEncoding.Malformed(detail: "format: expected json or csv")
                }
                format = known
            case "bom":
                guard value == "0" || value == "1" else {
                    throw PercentEncoding.Malformed(detail: "bom: expected 0 or 1")
                }
                byteOrderMark = value == "1"
            case "lang":
                guard let known = Language(code: value) else {
                    throw PercentEncoding.Malformed(detail: "lang: expected zh or en")
                }
                language = known
            default:
                rest.append((name, value))
            }
        }
        parameters = rest
        self.format = format
        self.byteOrderMark = byteOrderMark
        self.language = language
    }
}

extension Language {
    init?(code: String) {
        switch code {
        case "zh": self = .chinese
        case "en": self = .english
        default: return nil
        }
    }

    /// The first of the two that `Accept-Language` names; its order is taken for its preference, as every browser
    /// writes it.
    init?(accepting header: String) {
        for range in header.split(separator: ",") {
            let tag = range.drop { $0 == " " }.prefix(2).lowercased()
            if let language = Language(code: tag) {
                self = language
                return
            }
        }
        return nil
    }
}
