import Journal

/// A file for one person's eyes: 0600, under its own name only when it is whole.
struct PrivateOutput: Sendable {
    /// - stands for stdout.
    private let path: String
    private let file: (any DiskFile)?
    private let disk = RealDisk()

    private var partial: String { path + ".part" }

    init(path: String) throws(CommandFailure) {
        self.path = path
        guard path != "-" else {
            file = nil
            return
        }
        do throws(DiskError) {
            try disk.remove(path + ".part")
            file = try disk.open(path + ".part", create: true)
        } catch {
            throw .unable("\(error)")
        }
    }

    func write(_ bytes: [UInt8]) throws {
        guard let file else { return Terminal.output.write(bytes) }
        let end = try file.sizeBytes()
        try bytes.withUnsafeBytes { try file.write([$0], at: end) }
    }

    /// Gives the file its name.
    func finish() throws {
        guard let file else { return }
        try file.sync()
        try disk.rename(partial, to: path)
    }

    /// Leaves nothing behind of a file that is not whole.
    func discard() {
        guard file != nil else { return }
        try? disk.remove(partial)
    }
}
