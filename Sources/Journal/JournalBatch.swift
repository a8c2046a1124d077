/// Records that are written and synced together: reports are encoded straight into it, and it is what the journal
/// writes, so that their bytes are moved once.
///
/// Owned by one stage at a time: the loop that fills it, then the journal, then the loop again.
package final class JournalBatch: @unchecked Sendable {
    // Sendable by ownership: `Journal.submit` takes the batch over, the completion gives it back; nobody touches it in
    // between. The fields are plain memory because a lock per record would be paid 100,000 times a second.

    private var memory: UnsafeMutableRawBufferPointer
    package private(set) var sizeBytes = 0
    package private(set) var records = 0

    package init(capacityBytes: Int = 64 << 10) {
        memory = .allocate(byteCount: capacityBytes, alignment: 16)
    }

    deinit { memory.deallocate() }

    package var isEmpty: Bool { records == 0 }

    /// Room for a payload of at most `payloadBytes`. Until ``commit(payloadBytes:kind:)`` nothing was added.
    package func reserve(payloadBytes: Int) -> UnsafeMutableRawBufferPointer {
        let needed = sizeBytes + JournalFormat.recordHeaderBytes + payloadBytes
        if needed > memory.count { grow(to: needed) }
        return UnsafeMutableRawBufferPointer(rebasing: memory[(sizeBytes + JournalFormat.recordHeaderBytes)..<needed])
    }

    /// Adds the record whose payload was written to the room that was just reserved.
    package func commit(payloadBytes: Int, kind: RecordKind) {
        precondition(payloadBytes <= JournalFormat.largestPayloadBytes)
        precondition(sizeBytes + JournalFormat.recordHeaderBytes + payloadBytes <= memory.count)
        guard let base = memory.baseAddress else { return }
        JournalFormat.frame(base + sizeBytes, payloadBytes: payloadBytes, kind: kind)
        sizeBytes += JournalFormat.recordHeaderBytes + payloadBytes
        records += 1
    }

    package func append(_ payload: some Collection<UInt8>, kind: RecordKind) {
        let room = reserve(payloadBytes: payload.count)
        room.copyBytes(from: payload)
        commit(payloadBytes: payload.count, kind: kind)
    }

    /// Makes the batch empty again; memory over `keepingBytes` is given back.
    package func reset(keepingBytes: Int = 1 << 20) {
        sizeBytes = 0
        records = 0
        if memory.count > keepingBytes {
            memory.deallocate()
            memory = .allocate(byteCount: keepingBytes, alignment: 16)
        }
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<sizeBytes]) }

    private func grow(to neededBytes: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(neededBytes, memory.count * 2),
            alignment: 16
        )
        larger.copyMemory(from: bytes)
        memory.deallocate()
        memory = larger
    }
}
