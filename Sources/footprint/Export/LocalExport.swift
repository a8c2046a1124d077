import Access
import Console
import EventStore
import Foundation
import Insights
import NIOCore
import NIOPosix
import Privacy

/// An export out of the store of a data directory on which no server runs.
struct LocalExport {
    let dataDirectory: String
    let export: EventExport

    func run(_ tally: ExportTally, into file: ExportFile) async throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        // Absolute, because the engine reads a relative path from its own folder.
        let folder = URL(filePath: dataDirectory).standardizedFileURL.path(percentEncoded: false) + "/exports"
        do {
            try await LocalQuestions(dataDirectory: dataDirectory).withStore { store in
                let pieces = try await export.pieces(in: store)
                tally.expect(rows: pieces.reduce(0) { $0 + $1.rows })
                try writeDown(rows: tally.expectedRows)
                var blocks = ExportStream(export: export, store: store, folder: folder, threads: threads)
                    .blocks(pieces)
                while let block = try await blocks.next() {
                    try block.withUnsafeReadableBytes { bytes in
                        tally.count(bytes)
                        try file.write(bytes)
                    }
                }
            }
        } catch {
            try? await threads.shutdownGracefully()
            throw error
        }
        try? await threads.shutdownGracefully()
    }

    /// The copy leaves our hands: an erasure must be able to name it.
    private func writeDown(rows: Int) throws {
        try PrivacyDirectory(dataDirectory: dataDirectory).exports.append(
            ExportsIndex.Entry(
                time: AccessFiles.nowSeconds(),
                path: export.destination,
                format: export.format.rawValue,
                from: export.period.lowerBound,
                to: export.period.upperBound,
                filters: export.filters,
                rows: rows,
                by: CommandUser.actor.who
            )
        )
    }
}
