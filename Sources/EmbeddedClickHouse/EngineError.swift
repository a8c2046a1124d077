internal import CADBC
internal import EventStore

/// What the engine said when it did not do something.
typealias EngineError = EngineFailure

extension EngineFailure {
    /// Takes the text out of an ADBC error and frees it.
    init(taking error: inout AdbcError) {
        self.init(error.message.map { String(cString: $0) } ?? "the engine gave no reason")
        error.release?(&error)
        error = AdbcError()
    }
}
