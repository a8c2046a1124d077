import EventStore

/// How current an answer is.
package struct Freshness: Sendable, Equatable {
    /// Everything that had arrived until then is in the answer, Unix seconds; nil where nobody can say.
    package var asOfSeconds: Int64?
    /// Events the question is about that arrived more than an hour after they happened: what had been asked before they
    /// came was answered without them. nil where the question is not about events of a period.
    package var late: Int64?
}

/// An answer, and how current it is.
package struct CurrentAnswer: Sendable, Equatable {
    package var data: JSONValue
    package var freshness: Freshness
}

extension Insights {
    /// Answers one question, and says how current the answer is. The time is taken first: what arrives between the two is
    /// then in the answer and not promised, never the other way round.
    ///
    /// - Parameters:
    ///   - path, parameters, nowSeconds, language: as for ``answer(_:parameters:nowSeconds:language:anew:)``.
    ///   - anew: counted again, whatever was answered before.
    package func currentAnswer(
        _ path: [String],
        parameters: [(name: String, value: String)],
        nowSeconds: Int64,
        language: Language,
        anew: Bool = false
    ) async throws(QuestionError) -> CurrentAnswer {
        let asOfSeconds = loadedUntilSeconds()
        let (question, asked) = try asked(path, parameters, nowSeconds: nowSeconds, language: language)
        guard asked.isAboutEvents else {
            return CurrentAnswer(
                data: try await question.answer(asked),
                freshness: Freshness(asOfSeconds: asOfSeconds, late: nil)
            )
        }
        // Both are one look at the store, and so they look at the same time.
        async let counting = late(asked, anew: anew)
        let answer = await result { () throws(QuestionError) in
            try await remembered(asked, path, parameters, anew: anew) { () throws(QuestionError) in
                try await question.answer(asked)
            }
        }
        let late = await counting
        return CurrentAnswer(
            data: try answer.get(),
            freshness: Freshness(asOfSeconds: asOfSeconds, late: try late.get())
        )
    }

    private func late(_ asked: Asked, anew: Bool) async -> Result<Int64?, QuestionError> {
        await result { () throws(QuestionError) in
            let source = EventSource(try asked.scope())
            // Asked beside every question of the same scope.
            let parameters = asked.scopeParameters
            let late = try await remembered(asked, ["late"], parameters, anew: anew) { () throws(QuestionError) in
                let rows = try await asked.rows(source.late) { row throws(QuestionError) in try row.integer() }
                return JSONValue(rows.first)
            }
            guard case .int(let count) = late else { return nil }
            return count
        }
    }

    private func result<Value>(
        _ body: () async throws(QuestionError) -> Value
    ) async -> Result<Value, QuestionError> {
        do throws(QuestionError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
