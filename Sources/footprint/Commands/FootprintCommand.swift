import ArgumentParser

/// A command that fails with one sentence on stderr and its exit code, and in no other way.
protocol FootprintCommand: AsyncParsableCommand {
    func execute() async throws
}

extension FootprintCommand {
    func run() async throws {
        do {
            try await execute()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            let failure = error as? CommandFailure ?? .unable("\(error)")
            if !failure.sentence.isEmpty {
                Terminal.error.line("footprint: \(failure.sentence)")
            }
            if case .usage = failure {
                Terminal.error.line("footprint: see `\(Self.path) --help`")
            }
            throw ExitCode(failure.exitCode)
        }
    }

    /// `footprint token issue`, for messages.
    private static var path: String {
        let parent: String? =
            switch Self.self {
            case is AppAdd.Type, is AppList.Type, is AppRemove.Type: "app"
            case is TokenIssue.Type, is TokenRevoke.Type: "token"
            case is JournalVerify.Type: "journal"
            default: nil
            }
        return ["footprint", parent, configuration.commandName].compactMap(\.self).joined(separator: " ")
    }
}
