internal import Foundation

/// What an engine said when it did not do something, read out of its own sentence.
///
///     Code: 60. DB::Exception: Table footprint.x does not exist. (UNKNOWN_TABLE) (version 26.9.2.1)
///     Code: 60, e.displayText() = DB::Exception: Table footprint.x doesn't exist., e.what() = DB::Exception
package struct EngineFailure: Error, Sendable {
    /// The engine's own number of the reason, see `src/Common/ErrorCodes.cpp` in ClickHouse.
    package var code: Int?
    package var message: String

    package init(_ text: String) {
        var rest = Substring(text)
        if rest.hasPrefix("[chdb] ") { rest = rest.dropFirst("[chdb] ".count) }
        if rest.hasPrefix("Code: ") {
            let digits = rest.dropFirst("Code: ".count).prefix(while: \.isWholeNumber)
            code = Int(digits)
            if code != nil {
                rest = rest[digits.endIndex...]
                for prefix in [
                    ", e.displayText() =", ".", " ", "DB::NetException:", "DB::Exception:", " ", "default:", " ",
                ] where rest.hasPrefix(prefix) {
                    rest = rest.dropFirst(prefix.count)
                }
            }
        }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        if let end = rest.range(of: ", e.what() = DB::") { rest = rest[..<end.lowerBound] }
        // "… (SYNTAX_ERROR)" and "… (version 26.9.2.1)" tell an operator nothing that the sentence does not.
        if let end = rest.range(of: " (version "), rest.hasSuffix(")") { rest = rest[..<end.lowerBound] }
        while rest.hasSuffix(")"), let open = rest.lastIndex(of: "("), open > rest.startIndex,
            rest[open...].dropFirst().dropLast().allSatisfy({ $0.isUppercase || $0 == "_" || $0.isNumber })
        {
            rest = rest[..<open]
            while let last = rest.last, last == " " || last == "." { rest = rest.dropLast() }
        }
        message = String(rest)
    }

    /// What a caller may do about it. An insert that the engine has no memory for may be sent again later; a question
    /// that takes too much will take too much again.
    package func storeError(inserting: Bool = false) -> StoreError {
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
        case _ where Code.passing.contains(code):
            return .unavailable(message)
        case Code.checksumDoesNotMatch, Code.corruptedData:
            return .misconfigured("the store's files are damaged (move the store away, it loads again): \(message)")
        case _ where Code.ofAccess.contains(code):
            return .misconfigured("the store's server lets nobody in by this user, password or database: \(message)")
        default:
            return .refused(message: message, code: code)
        }
    }

    private enum Code {
        static let checksumDoesNotMatch = 40
        static let cannotWriteToFile = 75
        static let cannotOpenFile = 76
        static let cannotFsync = 77
        static let unknownDatabase = 81
        static let tooLargeStringSize = 131
        static let tooManyRows = 158
        static let timeoutExceeded = 159
        static let tooSlow = 160
        static let tooManyColumns = 161
        static let tooDeepAST = 167
        static let tooBigAST = 168
        static let cannotAllocateMemory = 173
        static let setSizeLimitExceeded = 191
        static let unknownUser = 192
        static let wrongPassword = 193
        static let requiredPassword = 194
        static let addressNotAllowed = 195
        static let dnsError = 198
        static let tooManySimultaneousQueries = 202
        static let socketTimeout = 209
        static let networkError = 210
        static let queryIsRunning = 216
        static let noZooKeeper = 225
        static let aborted = 236
        static let memoryLimitExceeded = 241
        static let tableIsReadOnly = 242
        static let notEnoughSpace = 243
        static let unexpectedZooKeeperError = 244
        static let corruptedData = 246
        static let tooManyParts = 252
        static let allConnectionTriesFailed = 279
        static let tooFewLiveReplicas = 285
        static let unsatisfiedQuorum = 286
        static let tooDeepRecursion = 306
        static let tooManyBytes = 307
        static let unknownStatusOfInsert = 319
        static let unfinished = 341
        static let allReplicasAreStale = 369
        static let queryWasCancelled = 394
        static let tooManyRowsOrBytes = 396
        static let cannotScheduleTask = 439
        static let authenticationFailed = 516
        static let keeperException = 999

        /// What passes by itself, or when a server comes back.
        static let passing: Set<Int> = [
            tooManyParts, tooManySimultaneousQueries, cannotScheduleTask, cannotWriteToFile, cannotOpenFile,
            cannotFsync, dnsError, socketTimeout, networkError, queryIsRunning, noZooKeeper, tableIsReadOnly,
            unexpectedZooKeeperError, allConnectionTriesFailed, tooFewLiveReplicas, unsatisfiedQuorum,
            unknownStatusOfInsert, unfinished, allReplicasAreStale, keeperException,
        ]
        static let ofAccess: Set<Int> = [
            unknownDatabase, unknownUser, wrongPassword, requiredPassword, addressNotAllowed, authenticationFailed,
        ]
    }
}
