/// Why a command ends without having done all it was asked: one clear sentence and an exit code.
enum CommandFailure: Error, Equatable {
    /// Done, but something was refused or found damaged. Exit code 1.
    case found(String)
    /// Could not be done: no server, no permission, no disk. Exit code 2.
    case unable(String)
    /// The command was not given what it needs, or something it cannot take. Exit code 64, as in sysexits.h.
    case usage(String)

    var exitCode: Int32 {
        switch self {
        case .found: 1
        case .unable: 2
        case .usage: 64
        }
    }

    /// Without a full stop; empty where the command has already said it.
    var sentence: String {
        switch self {
        case .found(let sentence), .unable(let sentence), .usage(let sentence): sentence
        }
    }
}
