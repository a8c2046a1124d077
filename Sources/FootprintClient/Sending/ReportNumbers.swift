import Synchronization

/// A sender's own name and the running number of its reports: what the server tells by that one of them never came.
///
/// The name is made anew with each sender, because its numbers are: they live in memory.
package final class ReportNumbers: Sendable {
    package let install: String
    private let last = Atomic<UInt64>(0)

    package init() {
        install = String((0..<20).map { _ in Self.letters.randomElement() ?? "x" })
    }

    /// `INSTALL_ID/N` of the next report; its tries share it.
    package func next() -> String {
        "\(install)/\(last.add(1, ordering: .relaxed).newValue)"
    }

    // 32 letters: 20 of them are 100 bits.
    private static let letters = Array("abcdefghijkmnopqrstuvwxyz2345678")
}
