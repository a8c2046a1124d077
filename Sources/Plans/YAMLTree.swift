import Yams

/// A YAML text as a tree whose keys are unique, with what is wrong about that remembered instead of ending the reading:
/// who corrects a file wants all of its errors at once.
struct YAMLTree {
    /// nil where the text holds nothing.
    let root: Node?
    /// Keys that stand a second time in their mapping: the first one's place, and its name.
    private(set) var repeated: [String: (line: Int, name: String)] = [:]

    /// The reader of YAML ends at the first key that stands twice. So the first of the two is renamed, to characters of
    /// its number for private use and as many of them, so that no other place in the text moves; then it reads again.
    init(_ text: String) throws(PlanFaults) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
        var current = text
        while true {
            do {
                // Values are told apart by `PlanReader`, so that nothing here guesses at dates and numbers.
                root = try Yams.compose(yaml: current, .basic)
                return
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let (line, column) = (context.mark.line, context.mark.column)
                guard let name = names.first, repeated.count < Self.repeatsAtMost,
                    let replacement = Unicode.Scalar(0xE000 + repeated.count),
                    Self.replace(name, with: replacement, in: &lines, line: line, column: column)
                else {
                    let name = names.first ?? ""
                    throw PlanFaults([PlanFault(line: line, column: column, reason: "\(name) stands here twice")])
                }
                repeated[String(String.UnicodeScalarView(name.unicodeScalars.map { _ in replacement }))] = (line, name)
                current = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
            } catch {
                throw PlanFaults([Self.fault(error, in: current)])
            }
        }
    }

    /// Each costs a reading of the whole text.
    private static let repeatsAtMost = 100

    /// False where the name does not stand there as it is, but quoted or escaped.
    private static func replace(
        _ name: String,
        with replacement: Unicode.Scalar,
        in lines: inout [[Unicode.Scalar]],
        line: Int,
        column: Int
    ) -> Bool {
        let scalars = Array(name.unicodeScalars)
        let start = column - 1
        guard lines.indices.contains(line - 1), start >= 0, !scalars.isEmpty,
            lines[line - 1].count >= start + scalars.count,
            Array(lines[line - 1][start..<start + scalars.count]) == scalars
        else { return false }
        for index in start..<start + scalars.count { lines[line - 1][index] = replacement }
        return true
    }

    private static func fault(_ error: any Error, in text: String) -> PlanFault {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            return PlanFault(line: mark.line, column: mark.column, reason: "not YAML: \(problem)")
        case YamlError.reader(let problem, let offset, _, _):
            let before = text.utf8.prefix(max(0, offset ?? 0))
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            return PlanFault(line: line, column: 1, reason: "not YAML: \(problem)")
        default:
            return PlanFault(line: 1, column: 1, reason: "not YAML")
        }
    }
}
