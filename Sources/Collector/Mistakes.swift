import Reports

/// All that is wrong with a report, as an answer lists it.
///
/// Holds text, not findings: an answer's length is told before its body, and both come from here.
package struct Mistakes: Sendable, Equatable {
    /// `,"errors":[{"path":…,"code":…,"reason":…},…],"error_count":2000`
    let members: String
    /// The client asked by `Prefer`, and is told that it was heard.
    let appliesPreference: Bool

    init(_ review: ReportReview, appliesPreference: Bool) {
        let errors = review.findings.map { finding in
            let path = Answer.escaped(finding.path)
            let reason = Answer.escaped(finding.reasonText)
            return #"{"path":"\#(path)","code":"\#(finding.code)","reason":"\#(reason)"}"#
        }
        members = #","errors":[\#(errors.joined(separator: ","))],"error_count":\#(review.count)"#
        self.appliesPreference = appliesPreference
    }
}
