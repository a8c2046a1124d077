import Foundation
import Testing

/// Questions about half a year of a shop, sent with `footprint send`; every figure is counted again here, event by
/// event. The server is shared: nobody reports anything else to it.
@Suite("Questions", .runningServer(prepare: Shop.send))
enum Questions {
    /// Compares an answer's members with what was counted; fractions to nine digits.
    static func expect(
        _ answer: JSON?,
        _ counted: [String: Double?],
        _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for (name, value) in counted {
            guard let said = answer?[name] else {
                Issue.record("\(name) is missing of \(comment)", sourceLocation: sourceLocation)
                continue
            }
            if let value {
                let isEqual = said.double.map { abs($0 - value) <= 1e-9 * max(1, abs(value)) } ?? false
                #expect(isEqual, "\(name) is \(said), counted \(value), of \(comment)", sourceLocation: sourceLocation)
            } else {
                #expect(said == .null, "\(name) of \(comment)", sourceLocation: sourceLocation)
            }
        }
    }
}
