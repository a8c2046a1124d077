internal import CADBC
internal import EventStore

/// What the engine said when it did not do something.
struct EngineError: Error {
    /// The engine's own number of the reason, see `src/Common/ErrorCodes.cpp` in ClickHouse.
    var code: Int?
    var message: String

    init(_ text: String) {
        var rest = Substring(text)
        if rest.hasPrefix("[chdb] ") { rest = rest.dropFirst("[chdb] ".count) }
        if rest.hasPrefix("Code: ") {
            let digits = rest.dropFirst("Code: ".count).prefix(while: \.isWholeNumber)
            code = Int(digits)
            if code != nil {
                rest = rest[digits.endIndex...]
                for prefix in [".", " ", "DB::Exception:", " ", "default:", " "] where rest.hasPrefix(prefix) {
                    rest = rest.dropFirst(prefix.count)
                }
            }
        }
        // "… (SYNTAX_ERROR)" and "… (version 26.9.2.1)" tell an operator nothing that the sentence does not.
        while rest.hasSuffix(")"), let open = rest.lastIndex(of: "("), open > rest.startIndex,
            rest[open...].dropFirst().dropLast().allSatisfy({ $0.isUppercase || $0 == "_" || $0.isNumber })
        {
            rest = rest[..<open]
            while let last = rest.last, last == " " || last == "." { rest = rest.dropLast() }
        }
        message = String(rest)
    }

    /// Takes the text out of an ADBC error and frees it.
    init(taking error: inout AdbcError) {
        self.init(error.message.map { String(cString: $0) } ?? "the engine gave no reason")
        error.release?(&error)
        error = AdbcError()
    }

    /// What a caller may do about it. An insert that the engine has no memory for may be sent again later; a question
    /// that takes too much will take too much again.
    func storeError(inserting: Bool = false) -> StoreError {
        if message.contains("No space left on device") { return .unavailable("the disk is full: \(message)") }
        guard let code else { return .refused(message: message, code: nil) }
        switch code {
        case Code.timeoutExceeded, Code.tooSlow:
            return inserting ? .unavailable(message) : .overLimit(message)
        case Code.memoryLimitExceeded, Code.cannotAllocateMemory:
            return inserting ? .unavailable(message) : .overLimit(message)
        case Code.tooManyRows, Code.tooManyBytes, Code.tooManyRowsOrBytes, Code.setSizeLimitExceeded,
            Code.tooDeepAST, Code.tooBigAST, Code.tooDeepRecursion, Code.tooManyColumns, Code.tooLargeStringSize:
            return .overLimit(message)
        case Code.notEnoughSpace:
            return .unavailable("the disk is full: \(message)")
        case Code.queryWasCancelled, Code.aborted:
            return .unavailable("the statement was cancelled")
        case Code.tooManyParts, Code.tooManySimultaneousQueries, Code.cannotScheduleTask,
            Code.cannotWriteToFile, Code.cannotOpenFile, Code.cannotFsync:
            return .unavailable(message)
        case Code.checksumDoesNotMatch, Code.corruptedData:
            return .misconfigured("the store's files are damaged (move the store away, it loads again): \(message)")
        default:
            return .refused(message: message, code: code)
        }
    }

    private enum Code {
        static let checksumDoesNotMatch = 40
        static let cannotWriteToFile = 75
        static let cannotOpenFile = 76
        static let cannotFsync = 77
        static let tooLargeStringSize = 131
        static let tooManyRows = 158
        static let timeoutExceeded = 159
        static let tooSlow = 160
        static let tooManyColumns = 161
        static let tooDeepAST = 167
        static let tooBigAST = 168
        static let cannotAllocateMemory = 173
        static let setSizeLimitExceeded = 191
        static let tooManySimultaneousQueries = 202
        static let aborted = 236
        static let memoryLimitExceeded = 241
        static let notEnoughSpace = 243
        static let corruptedData = 246
        static let tooManyParts = 252
        static let tooDeepRecursion = 306
        static let tooManyBytes = 307
        static let queryWasCancelled = 394
        static let tooManyRowsOrBytes = 396
        static let cannotScheduleTask = 439
    }
}
