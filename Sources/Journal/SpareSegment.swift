import Synchronization

/// The next segment, written full of zeros ahead of its use and off the writer's path.
///
/// Only an optimisation: whatever fails here leaves no spare, and the writer makes its segment by itself. It takes
/// space only while plenty is left, so that it never is what fills a disk.
final class SpareSegment: Sendable {
    let path: String
    private let folder: String
    private let sizeBytes: Int
    private let disk: any Disk
    private let state = Mutex(State.none)

    private enum State {
        case none, preparing
        case ready(any DiskFile)
    }

    /// - Parameter sizeBytes: 0 for no spares at all.
    init(folder: String, sizeBytes: Int, disk: any Disk) {
        self.folder = folder
        self.sizeBytes = sizeBytes
        self.disk = disk
        path = folder + "/next.spare"
    }

    /// The file at ``path``, which is the caller's to rename; nil where none is ready.
    func take() -> (any DiskFile)? {
        state.withLock { state in
            guard case .ready(let file) = state else { return nil }
            state = .none
            return file
        }
    }

    func prepareInBackground() {
        guard claim() else { return }
        startThread(name: "journal-spare") { [self] in prepare() }
    }

    func prepareNow() {
        guard claim() else { return }
        prepare()
    }

    private func claim() -> Bool {
        guard sizeBytes > 0 else { return false }
        return state.withLock { state in
            guard case .none = state else { return false }
            state = .preparing
            return true
        }
    }

    private func prepare() {
        let file: (any DiskFile)?
        do throws(DiskError) {
            file = try fill()
        } catch {
            try? disk.remove(path)
            file = nil
        }
        state.withLock { $0 = file.map(State.ready) ?? .none }
    }

    private func fill() throws(DiskError) -> (any DiskFile)? {
        // One left by an earlier run is as good, if it is whole.
        if let left = try? disk.open(path, create: false) {
            if try left.sizeBytes() == UInt64(sizeBytes), try isZero(left) { return left }
            left.close()
            try disk.remove(path)
        }
        guard try disk.freeBytes(folder) / 8 > UInt64(sizeBytes) else { return nil }
        let file = try disk.open(path, create: true)
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: min(1 << 20, sizeBytes), alignment: 4096)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var offset = 0
        while offset < sizeBytes {
            let count = min(zeros.count, sizeBytes - offset)
            try file.write([UnsafeRawBufferPointer(rebasing: zeros[..<count])], at: UInt64(offset))
            offset += count
            // Piece by piece: a commit's sync must not wait behind the whole of it in the disk's queue.
            try file.sync()
        }
        return file
    }

    private func isZero(_ file: any DiskFile) throws(DiskError) -> Bool {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 8)
        defer { piece.deallocate() }
        var offset: UInt64 = 0
        while true {
            let count = try file.read(into: piece, at: offset)
            if count == 0 { return true }
            guard UnsafeRawBufferPointer(rebasing: piece[..<count]).allSatisfy({ $0 == 0 }) else { return false }
            offset += UInt64(count)
        }
    }
}
