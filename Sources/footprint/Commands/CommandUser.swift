import Access
import Foundation

/// Whoever typed a command, as the audit log names them.
enum CommandUser {
    /// Found out once: a command that becomes the data directory's owner is still its caller's.
    static let actor = AuditActor.commandLine(user: loginName)

    /// Of the real user; under sudo, of whoever called it, which only root can claim.
    private static var loginName: String {
        if geteuid() == 0, let caller = ProcessInfo.processInfo.environment["SUDO_USER"], !caller.isEmpty {
            return caller
        }
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return String(getuid()) }
        return String(cString: name)
    }
}
