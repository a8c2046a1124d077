#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tokens, and the uid of a person whose data is erased or handed out, given as arguments: every user of the machine can read them in the process list for as long as the process
/// runs, so the program overwrites them with asterisks first of all.
///
/// That shortens the time to the milliseconds that a process takes to begin; files, the environment and stdin have not
/// even those.
enum ArgumentSecrets {
    private static let options: Set<String> = ["--token", "--admin-token", "--store"]

    /// Overwrites this process's own arguments, where the system reads them from. Whoever wants to know them must have
    /// copied them before.
    static func hide() {
        // The first access copies all of them.
        let arguments = CommandLine.arguments
        for place in places(in: arguments) {
            guard let argument = CommandLine.unsafeArgv[place.argument] else { continue }
            let secret = argument + place.firstByte
            memset(secret, Int32(UInt8(ascii: "*")), strlen(secret))
        }
    }

    /// Which arguments are secret, and from which byte on. `arguments` begins with the program's name.
    static func places(in arguments: [String]) -> [(argument: Int, firstByte: Int)] {
        var places: [(argument: Int, firstByte: Int)] = []
        // Who is looked for is nobody else's business either.
        let isAboutPerson = ["forget", "access"].contains(arguments.dropFirst().first ?? "")
        let options = isAboutPerson ? options.union(["--uid"]) : options
        let revokes = arguments.dropFirst().starts(with: ["token", "revoke"])
        var previous = ""
        for (index, argument) in arguments.enumerated() {
            if options.contains(previous) {
                places.append((index, 0))
            } else if let option = options.first(where: { argument.hasPrefix("\($0)=") }) {
                places.append((index, option.utf8.count + 1))
            } else if revokes, index > 2, !argument.hasPrefix("-"), !["--data", "--config"].contains(previous) {
                places.append((index, 0))
            }
            previous = argument
        }
        return places
    }
}
