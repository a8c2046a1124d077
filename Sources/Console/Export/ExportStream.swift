package import EventStore
import Foundation
package import Insights
package import NIOCore
package import NIOPosix
import Synchronization

/// An export on its way: the engine writes a piece into a file, which is read, handed on and gone.
///
/// Memory is bounded by the engine's limit and one block; the disk holds a day of events, or one Parquet file. A file is
/// out of its folder before it is read, so that nothing of it outlives this process.
package struct ExportStream: Sendable {
    let export: EventExport
    let store: any EventStore
    /// Where files are on their way; nobody else's.
    let folder: String
    let threads: NIOThreadPool

    private static let blockBytes = 256 << 10
    private static let lastNumber = Atomic<Int>(0)

    package init(export: EventExport, store: any EventStore, folder: String, threads: NIOThreadPool) {
        self.export = export
        self.store = store
        self.folder = folder
        self.threads = threads
    }

    /// The whole file, block by block, in order.
    package struct Blocks {
        private let stream: ExportStream
        private var rest: ArraySlice<EventExport.Piece>
        private var hasBegun = false
        private var file: FileHandle?

        fileprivate init(_ stream: ExportStream, _ pieces: [EventExport.Piece]) {
            self.stream = stream
            rest = pieces[...]
        }

        /// - Throws: ``StoreError``, or an error of the disk.
        package mutating func next() async throws -> ByteBuffer? {
            if !hasBegun {
                hasBegun = true
                let header = stream.export.header
                if !header.isEmpty { return ByteBuffer(bytes: header) }
            }
            while true {
                if let file {
                    if let block = try await stream.read(file), !block.isEmpty { return ByteBuffer(bytes: block) }
                    self.file = nil
                }
                guard let piece = rest.popFirst() else { return nil }
                file = try await stream.write(piece)
            }
        }
    }

    /// - Parameter pieces: as ``EventExport/pieces(in:)`` counted them.
    package func blocks(_ pieces: [EventExport.Piece]) -> Blocks {
        Blocks(self, pieces)
    }

    private func write(_ piece: EventExport.Piece) async throws -> FileHandle {
        let number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let path = "\(folder)/\(getpid())-\(number).part"
        defer { unlink(path) }
        try await store.write(piece.select, as: export.format, to: path)
        // Where a piece has no rows the engine writes no file.
        if access(path, F_OK) != 0 { return .nullDevice }
        return try FileHandle(forReadingFrom: URL(filePath: path))
    }

    private func read(_ file: FileHandle) async throws -> Data? {
        try await threads.runIfActive { try file.read(upToCount: Self.blockBytes) }
    }
}
