/// A question as the command line was given it.
struct AskedQuestion: Sendable {
    /// The question's name, and the id it is about.
    var path: [String]
    var parameters: [(name: String, value: String)]
    var language: AnswerLanguage
}
