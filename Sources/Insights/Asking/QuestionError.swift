package import EventStore

/// Why a question has no answer, by what the asker may do about it.
package enum QuestionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nothing of that name is asked here; ``Insights/catalogue`` lists what is.
    case unknownQuestion
    /// The asker's mistake: which parameter, what was expected, what was found.
    case badParameter(detail: String)
    /// The store could not answer; ``StoreError`` says whether to retry.
    case store(StoreError)

    package var description: String {
        switch self {
        case .unknownQuestion: "no such question"
        case .badParameter(let detail): detail
        case .store(let error): "\(error)"
        }
    }
}

extension QuestionError {
    /// `from: expected a date (2024-03-13) or Unix seconds, found "yesterday"`
    static func expected(_ what: String, at parameter: String, found value: String) -> QuestionError {
        .badParameter(detail: "\(parameter): expected \(what), found \(quoted(value))")
    }

    /// The value as a reader can take it in: quoted, on one line, cut after 60 characters.
    package static func quoted(_ value: String) -> String {
        let head = value.unicodeScalars.prefix(60)
        let cut = head.endIndex < value.unicodeScalars.endIndex
        return String(String.UnicodeScalarView(head)).debugDescription + (cut ? "…" : "")
    }
}
