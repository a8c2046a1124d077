import Foundation
import Testing

/// Questions about half a year of a shop, sent with `footprint send`; every figure is counted again here, event by
/// event. The server is shared: nobody reports anything else to it.
@Suite("Questions", .runningServer(prepare: Shop.send))
enum Questions {
    /// Where an answer's members are not what was counted; fractions are compared to nine digits.
    static func differences(_ answer: JSON?, _ counted: [String: Double?], _ place: String) -> [String] {
        counted.compactMap { name, value in
            guard let said = answer?[name] else { return "\(place): \(name) is missing" }
            let isEqual =
                if let value {
                    said.double.map { abs($0 - value) <= 1e-9 * max(1, abs(value)) } ?? false
                } else {
                    said == .null
                }
            return isEqual ? nil : "\(place): \(name) is \(said), counted \(value.map { "\($0)" } ?? "none")"
        }
    }

    static func expect(
        _ answer: JSON?,
        _ counted: [String: Double?],
        _ place: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(differences(answer, counted, place) == [], sourceLocation: sourceLocation)
    }
}
