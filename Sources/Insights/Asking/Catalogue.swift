/// One question as a machine may read it: enough to check a request, to write its documentation, and to offer it in
/// a command line.
package struct CatalogueEntry: Sendable {
    package let name: String
    package let summary: Wording
    /// The id that follows the name in the path, where the question is about one.
    package let subject: Subject?
    package let parameters: [Parameter]

    init(_ name: String, _ summary: Wording, subject: Subject? = nil, parameters: [Parameter]) {
        self.name = name
        self.summary = summary
        self.subject = subject
        self.parameters = parameters
    }

    /// A sentence in the two languages of the console.
    package struct Wording: Sendable, Equatable {
        package let chinese: String
        package let english: String

        init(_ english: String, _ chinese: String) {
            self.english = english
            self.chinese = chinese
        }

        package subscript(language: Language) -> String {
            switch language {
            case .chinese: chinese
            case .english: english
            }
        }
    }

    /// An id in the path.
    package struct Subject: Sendable {
        package let name: String
        package let meaning: Wording

        /// What the report contract lets an id be: not empty, at most 128 bytes.
        func checked(_ value: String) throws(QuestionError) -> String {
            guard (1...ParameterKind.idBytes).contains(value.utf8.count) else {
                throw .expected("1 to \(ParameterKind.idBytes) bytes", at: name, found: value)
            }
            return value
        }
    }

    /// One parameter of a question.
    package struct Parameter: Sendable {
        package let name: String
        package let kind: ParameterKind
        /// What holds where it is not given, as one would write it; `nil`: nothing, or see ``meaning``.
        package let standard: String?
        package let isRequired: Bool
        package let isRepeatable: Bool
        package let meaning: Wording

        init(
            _ name: String,
            _ kind: ParameterKind,
            standard: String? = nil,
            isRequired: Bool = false,
            isRepeatable: Bool = false,
            _ meaning: Wording
        ) {
            self.name = name
            self.kind = kind
            self.standard = standard
            self.isRequired = isRequired
            self.isRepeatable = isRepeatable
            self.meaning = meaning
        }
    }
}

/// What a parameter's value may be.
package enum ParameterKind: Sendable, Equatable {
    /// A date (`2024-03-13`) or Unix seconds.
    case moment
    /// An IANA time zone name.
    case timeZone
    case integer(ClosedRange<Int>)
    /// An id 0 … 4294967295, or `absent`.
    case idOrAbsent
    /// Text of 1 to 128 bytes.
    case text
    /// One of these.
    case choice([String])
    /// Some of these, separated by commas.
    case choices([String])
    /// Steps of a funnel, separated by commas.
    case steps
    /// A page's `next`, handed back.
    case cursor

    static let idBytes = 128
}
