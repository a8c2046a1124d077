import Foundation
import Synchronization

/// A program running beside the test, started with posix_spawn: no run loop, no pipe that may fill up, an exit that is
/// asked for and never missed.
///
/// Its output goes to files, so that it can be read while it runs and after it was killed. A watchdog (a shell that
/// waits for the end of a socket) kills it should the test process die first: no test leaves a server behind.
final class ChildProcess: Sendable {
    let pid: pid_t
    let outputPath: String
    let errorsPath: String
    private let ended = Mutex<Ending?>(nil)
    private let watchdog: Mutex<Watchdog?>

    enum Ending: Equatable, CustomStringConvertible {
        case exit(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .exit(let status): "exit \(status)"
            case .signal(let number): "killed by signal \(number)"
            }
        }
    }

    struct NotStarted: Error, CustomStringConvertible {
        let executable: String
        let reason: String
        var description: String { "could not start \(executable): \(reason)" }
    }

    /// - Parameter environment: the child's whole environment; the test's own where none is given.
    init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        directory: String,
        outputTo folder: String,
        named name: String
    ) throws {
        outputPath = "\(folder)/\(name).out"
        errorsPath = "\(folder)/\(name).log"
        // The shell changes the folder and becomes the program: the process id stays.
        pid = try Self.spawn(
            "/bin/sh",
            ["-c", "cd \"$1\" && shift && exec \"$@\"", "sh", directory, executable] + arguments,
            environment: (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" },
            files: [(0, "/dev/null", O_RDONLY), (1, outputPath, Self.append), (2, errorsPath, Self.append)]
        )
        watchdog = Mutex(nil)
        do {
            let started = try Watchdog(over: pid)
            watchdog.withLock { $0 = started }
        } catch {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            throw error
        }
    }

    deinit {
        guard ended.withLock({ $0 == nil }) else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        watchdog.withLock { $0?.dismiss() }
    }

    var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: errorsPath, encoding: .utf8)) ?? "" }

    /// Memory that it has now; 0 where it has ended.
    var residentMiB: Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first).flatMap { Int($0) }.map { $0 / 1_024 }
            ?? 0
    }

    /// Sends a signal, unless the process was already seen to end: a process id is never used after that.
    func send(_ signal: Int32) {
        ended.withLock { ending in
            if reap(&ending) == nil { kill(pid, signal) }
        }
    }

    /// How it ended; nil while it runs.
    var ending: Ending? {
        ended.withLock { reap(&$0) }
    }

    /// Waits for the end. Throws, and kills it, where it takes longer.
    @discardableResult
    func waitForEnd(withinSeconds seconds: Double) async throws -> Ending {
        do {
            return try await eventually("process \(pid) ends", withinSeconds: seconds, every: 0.01) { self.ending }
        } catch {
            send(SIGKILL)
            throw error
        }
    }

    private func reap(_ ending: inout Ending?) -> Ending? {
        if let ending { return ending }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        let signal = status & 0x7F
        ending = signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
        watchdog.withLock {
            $0?.dismiss()
            $0 = nil
        }
        return ending
    }

    private static let append = O_WRONLY | O_CREAT | O_APPEND

    fileprivate static func spawn(
        _ executable: String,
        _ arguments: [String],
        environment: [String],
        files: [(descriptor: Int32, path: String, flags: Int32)],
        inheriting inherited: [(from: Int32, to: Int32)] = []
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for file in files {
            posix_spawn_file_actions_addopen(&actions, file.descriptor, file.path, file.flags, 0o600)
        }
        for pair in inherited { posix_spawn_file_actions_adddup2(&actions, pair.from, pair.to) }

        // A test runner may block or ignore signals; the program must begin with the defaults.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argumentPointers = ([executable] + arguments).map { strdup($0) } + [nil]
        var environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, executable, &actions, &attributes, &argumentPointers, &environmentPointers)
        guard code == 0 else { throw NotStarted(executable: executable, reason: String(cString: strerror(code))) }
        return pid
    }

    /// Kills its charge when the lifeline to it closes, which the kernel does however this process ends.
    private struct Watchdog {
        private let shell: pid_t
        private let lifeline: Int32

        init(over charge: pid_t) throws {
            var ends: [Int32] = [0, 0]
            // A socket pair rather than a pipe: it is closed on exec from its first moment, so no other child holds it.
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
                throw NotStarted(executable: "/bin/sh", reason: String(cString: strerror(errno)))
            }
            defer { close(ends[0]) }
            do {
                shell = try ChildProcess.spawn(
                    "/bin/sh",
                    ["-c", "read _; kill -KILL \(charge) 2>/dev/null"],
                    environment: [],
                    files: [(1, "/dev/null", O_WRONLY), (2, "/dev/null", O_WRONLY)],
                    inheriting: [(ends[0], 0)]
                )
            } catch {
                close(ends[1])
                throw error
            }
            lifeline = ends[1]
        }

        /// Ends the watchdog before its lifeline closes, so that it kills nobody.
        func dismiss() {
            kill(shell, SIGKILL)
            var status: Int32 = 0
            waitpid(shell, &status, 0)
            close(lifeline)
        }
    }
}
