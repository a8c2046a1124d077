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
            throw ExitCode(failure.exitCode)
        }
    }
}
