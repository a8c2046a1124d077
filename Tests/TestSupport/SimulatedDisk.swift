package import Journal
import Synchronization

/// A disk in memory that forgets at a power cut what was not synced, and keeps an arbitrary part of it in an arbitrary
/// order: sectors of a write, truncations, names. What was synced stays.
///
/// It allows itself more than file systems do: a file that was synced loses its name where the folder was not.
package final class SimulatedDisk: Disk {
    private let state: Mutex<State>

    fileprivate struct State {
        var names: [String: Inode]
        var durableNames: [String: Inode]
        var pendingNames: [NameChange] = []
        /// Calls until the power goes.
        var callsLeft: Int
    }

    /// A rename is one change: it happened or it did not.
    fileprivate struct NameChange {
        var removed: String?
        var added: (name: String, inode: Inode)?

        func apply(to names: inout [String: Inode]) {
            if let removed { names[removed] = nil }
            if let added { names[added.name] = added.inode }
        }
    }

    /// Read and written under the disk's lock.
    fileprivate final class Inode: @unchecked Sendable {
        var content: [UInt8] = []
        var durable: [UInt8] = []
        var pending: [Change] = []

        enum Change {
            case write(offset: Int, bytes: [UInt8])
            case truncate(Int)

            func apply(to content: inout [UInt8]) {
                switch self {
                case .write(let offset, let bytes):
                    if content.count < offset + bytes.count {
                        content += [UInt8](repeating: 0, count: offset + bytes.count - content.count)
                    }
                    content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
                case .truncate(let size):
                    if size < content.count {
                        content.removeLast(content.count - size)
                    } else {
                        content += [UInt8](repeating: 0, count: size - content.count)
                    }
                }
            }

            /// In pieces that a disk writes whole or not at all.
            var sectors: [Change] {
                guard case .write(let offset, let bytes) = self else { return [self] }
                var pieces: [Change] = []
                var start = offset
                while start < offset + bytes.count {
                    let end = min((start / 512 + 1) * 512, offset + bytes.count)
                    pieces.append(.write(offset: start, bytes: Array(bytes[(start - offset)..<(end - offset)])))
                    start = end
                }
                return pieces
            }
        }
    }

    /// False for a disk that lies: it says that it synced a file, and did not.
    private let syncsFiles: Bool

    package convenience init(callsUntilPowerCut: Int, syncsFiles: Bool = true) {
        self.init([:], callsUntilPowerCut: callsUntilPowerCut, syncsFiles: syncsFiles)
    }

    private init(_ names: [String: Inode], callsUntilPowerCut: Int, syncsFiles: Bool) {
        self.syncsFiles = syncsFiles
        state = Mutex(State(names: names, durableNames: names, callsLeft: callsUntilPowerCut))
    }

    package var isOff: Bool { state.withLock { $0.callsLeft <= 0 } }

    package func cutPower() { state.withLock { $0.callsLeft = 0 } }

    /// The disk as it is found when the power is back.
    package func afterPowerCut(
        using random: inout some RandomNumberGenerator,
        callsUntilPowerCut: Int,
        syncsFiles: Bool = true
    ) -> SimulatedDisk {
        state.withLock { state in
            var names = state.durableNames
            for change in state.pendingNames where Bool.random(using: &random) { change.apply(to: &names) }
            // How likely a change got through, another for each cut: all or nothing are cases too.
            let share: Double = [0.0, 0.1, 0.5, 0.9, 1.0].randomElement(using: &random) ?? 0
            let found = names.mapValues { inode in
                let found = Inode()
                found.durable = inode.durable
                let kept = inode.pending.flatMap(\.sectors).filter { _ in
                    Double.random(in: 0..<1, using: &random) < share
                }
                for change in kept.shuffled(using: &random) { change.apply(to: &found.durable) }
                found.content = found.durable
                return found
            }
            return SimulatedDisk(found, callsUntilPowerCut: callsUntilPowerCut, syncsFiles: syncsFiles)
        }
    }

    private func call<Answer: Sendable>(
        _ operation: String,
        _ path: String,
        _ body: (inout State) throws(DiskError) -> sending Answer
    ) throws(DiskError) -> Answer {
        let result: Result<Answer, DiskError> = state.withLock { state in
            guard state.callsLeft > 0 else {
                return .failure(DiskError(operation: operation, path: path, code: 5, message: "the power is off"))
            }
            state.callsLeft -= 1
            do throws(DiskError) {
                return .success(try body(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func missing(_ operation: String, _ path: String) -> DiskError {
        DiskError(operation: operation, path: path, code: 2, message: "No such file or directory")
    }

    package func list(_ folder: String) throws(DiskError) -> [String] {
        try call("list", folder) { state in
            state.names.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
        }
    }

    package func open(_ path: String, create: Bool) throws(DiskError) -> any DiskFile {
        let inode = try call("open", path) { (state) throws(DiskError) -> Inode in
            if create {
                guard state.names[path] == nil else {
                    throw DiskError(operation: "open", path: path, code: 17, message: "File exists")
                }
                let inode = Inode()
                state.names[path] = inode
                state.pendingNames.append(NameChange(added: (path, inode)))
                return inode
            }
            guard let inode = state.names[path] else { throw Self.missing("open", path) }
            return inode
        }
        return File(disk: self, inode: inode, path: path)
    }

    package func rename(_ from: String, to: String) throws(DiskError) {
        try call("rename", from) { (state) throws(DiskError) in
            guard let inode = state.names[from] else { throw Self.missing("rename", from) }
            let change = NameChange(removed: from, added: (to, inode))
            change.apply(to: &state.names)
            state.pendingNames.append(change)
        }
    }

    package func remove(_ path: String) throws(DiskError) {
        try call("remove", path) { state in
            guard state.names[path] != nil else { return }
            let change = NameChange(removed: path)
            change.apply(to: &state.names)
            state.pendingNames.append(change)
        }
    }

    package func syncFolder(_ path: String) throws(DiskError) {
        try call("sync", path) { state in
            state.durableNames = state.names
            state.pendingNames = []
        }
    }

    package func modifiedAtSeconds(_ path: String) throws(DiskError) -> Int64 { 0 }
    package func freeBytes(_ folder: String) throws(DiskError) -> UInt64 { 1 << 40 }

    private struct File: DiskFile {
        let disk: SimulatedDisk
        let inode: Inode
        let path: String

        func sizeBytes() throws(DiskError) -> UInt64 {
            try disk.call("ask the size of", path) { _ in UInt64(inode.content.count) }
        }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(DiskError) -> Int {
            let bytes = try disk.call("read", path) { _ in
                Array(inode.content.dropFirst(Int(offset)).prefix(buffer.count))
            }
            buffer.copyBytes(from: bytes)
            return bytes.count
        }

        func write(_ buffers: [UnsafeRawBufferPointer], at offset: UInt64) throws(DiskError) {
            let bytes = buffers.flatMap { Array($0) }
            change(.write(offset: Int(offset), bytes: bytes))
            // The power may go while it is written: then it is as pending as if it had returned.
            try disk.call("write", path) { _ in }
        }

        func sync() throws(DiskError) {
            try disk.call("sync", path) { _ in
                guard disk.syncsFiles else { return }
                inode.durable = inode.content
                inode.pending = []
            }
        }

        func truncate(to sizeBytes: UInt64) throws(DiskError) {
            change(.truncate(Int(sizeBytes)))
            try disk.call("cut", path) { _ in }
        }

        func close() {}

        private func change(_ change: Inode.Change) {
            disk.state.withLock { state in
                guard state.callsLeft > 0 else { return }
                change.apply(to: &inode.content)
                inode.pending.append(change)
            }
        }
    }
}
