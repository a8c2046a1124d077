import Foundation
import Journal
import Synchronization

extension Journal {
    /// Appends payloads as one batch and waits until they are durable.
    @discardableResult
    func append(_ payloads: [[UInt8]]) async throws -> JournalPosition {
        let batch = JournalBatch(capacityBytes: 64)
        for payload in payloads { batch.append(payload, kind: .report) }
        return try await withCheckedThrowingContinuation { continuation in
            do throws(JournalError) {
                try submit(batch) { _, result in continuation.resume(with: result) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Everything that can be read, and the damage met on the way.
    func readAll(from position: JournalPosition = .start) throws -> (payloads: [[UInt8]], damage: [SegmentScan.Damage])
    {
        var reader = reader(from: position)
        var payloads: [[UInt8]] = []
        var damage: [SegmentScan.Damage] = []
        // Small pieces, so that records and damage fall across their ends.
        while let piece = try reader.next(sizeBytes: 64) {
            payloads += piece.records.map { Array(piece.bytes[$0.payload]) }
            damage += piece.damage
        }
        return (payloads, damage)
    }
}

func payload(_ number: Int, size: Int = 20) -> [UInt8] {
    Array("report \(number) ".utf8) + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
}
