import Access
import Collector
import Console
import EventStore
import Journal
import Loader

/// Why the server, or a command that opens the data directory, did not start: one sentence that says what to do.
package struct StartFailure: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Runs a step of the start; its error becomes the sentence people read.
func starting<Result, Failure: Error & CustomStringConvertible>(
    _ step: () throws(Failure) -> Result
) throws(StartFailure) -> Result {
    do throws(Failure) { return try step() } catch { throw StartFailure(error.description) }
}
