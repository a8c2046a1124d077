import EventStore
import FootprintServer
import Insights
import Logging
import Plans
import Reports

/// Answers from the store of a data directory on which no server runs.
struct LocalQuestions {
    let dataDirectory: String

    func answer(_ asked: AskedQuestion) async throws -> JSONValue {
        try await withStore { store in
            let plan = try PlanSource.current.read(dataDirectory: dataDirectory)
            let insights = Insights(store: store, plan: { plan })
            do throws(QuestionError) {
                return try await insights.answer(
                    asked.path,
                    parameters: asked.parameters,
                    nowSeconds: AccessFiles.nowSeconds(),
                    language: asked.language == .zh ? .chinese : .english
                )
            } catch {
                switch error {
                case .unknownQuestion: throw CommandFailure.unknownQuestion(asked.path)
                case .badParameter(let detail): throw CommandFailure.usage(detail)
                case .store(let error): throw CommandFailure.unable("\(error)")
                }
            }
        }
    }

    /// One read-only statement, which the engine enforces.
    func answer(sql: String) async throws -> JSONValue {
        try await withStore { store in
            do throws(StoreError) {
                return try await Insights(store: store, plan: { .contract }).answer(sql: sql)
            } catch {
                switch error {
                case .refused(let message, _): throw CommandFailure.usage(message)
                case .unavailable, .overLimit, .misconfigured: throw CommandFailure.unable("\(error)")
                }
            }
        }
    }

    /// Opens the store for `body`, and closes it however that ends.
    func withStore<Answer>(_ body: (any EventStore) async throws -> Answer) async throws -> Answer {
        let logger = Logger(label: "footprint") { _ in LineLogHandler(format: .logfmt, level: .warning) }
        let opened: (store: any EventStore, close: () async -> Void)
        do {
            opened = try await LocalStore.open(dataDirectory: dataDirectory, logger: logger)
        } catch {
            throw CommandFailure.unable("\(error)")
        }
        do {
            let answer = try await body(opened.store)
            await opened.close()
            return answer
        } catch {
            await opened.close()
            throw error
        }
    }
}

extension CommandFailure {
    static func unknownQuestion(_ path: [String]) -> CommandFailure {
        guard let entry = Insights.catalogue.first(where: { $0.name == path.first }) else {
            let names = Insights.catalogue.map(\.name).joined(separator: ", ")
            return .usage("there is no question \"\(path.first ?? "")\"; there are \(names)")
        }
        guard let subject = entry.subject else {
            return .usage("\(entry.name) is about all events: it takes no id")
        }
        return .usage("say which one: footprint query \(entry.name) \(subject.name.uppercased())")
    }
}
