import Foundation

/// Root works on a data directory as the user whom it belongs to.
///
/// The files there are that user's: whoever has taken over the service could put a link in the place of one, and a
/// command of root's would write through it to anywhere. As its owner, a command can do no more than he can.
enum DataOwner {
    /// Gives up root's rights for good where the directory is another user's. Returns the path by which it is reached
    /// from then on.
    static func become(of directory: String) throws(CommandFailure) -> String {
        guard geteuid() == 0 else { return directory }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return directory }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid != 0 else {
            close(descriptor)
            return directory
        }
        // Who asked is known only while we are root.
        _ = CommandUser.actor
        guard setgroups(0, nil) == 0, setgid(status.st_gid) == 0, setuid(status.st_uid) == 0, setuid(0) != 0 else {
            throw .unable("cannot become the owner of \(directory): \(String(cString: strerror(errno)))")
        }
        guard access(directory, X_OK) != 0 else {
            close(descriptor)
            return directory
        }
        // Below a folder that only root may enter, as systemd keeps the data of a dynamic user: the open folder is a way
        // in that stays.
        return "/proc/self/fd/\(descriptor)"
    }
}
