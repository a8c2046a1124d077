/// What opening the journal found, and did about it. Safe to repeat: a second run finds nothing more to do.
package struct JournalRecovery: Sendable, Equatable {
    package struct Segment: Sendable, Equatable {
        package var number: UInt64
        /// Behind the last whole record.
        package var sizeBytes: UInt64
        package var records: Int
        package var damage: [SegmentScan.Damage]
    }

    /// The bytes behind the last whole record of the last segment: a write that a crash cut short. Nobody was told
    /// that they are stored.
    package struct TornTail: Sendable, Equatable {
        package var segment: UInt64
        package var offset: UInt64
        package var sizeBytes: UInt64
        /// Where they were put aside.
        package var keptAs: String
    }

    package fileprivate(set) var identity = ""
    package fileprivate(set) var segments: [Segment] = []
    package fileprivate(set) var tornTail: TornTail?
    /// Numbers between the first and the last segment for which there is no file.
    package fileprivate(set) var missingSegments: [UInt64] = []
    /// A segment that this version cannot read.
    package fileprivate(set) var newerFormat: String?

    package var damagedBytes: UInt64 {
        segments.reduce(0) { $0 + $1.damage.reduce(0) { $0 + $1.sizeBytes } }
    }

    static func run(folder: String, disk: any Disk) throws(DiskError) -> JournalRecovery {
        var recovery = JournalRecovery()
        recovery.identity = try JournalIdentity.readOrCreate(folder: folder, disk: disk)
        // First: what a crash left half erased would look like damage.
        try ErasureList.finish(folder: folder, disk: disk)
        let names = try disk.list(folder)
        let numbers = names.compactMap(JournalFormat.segment(fileName:)).sorted()
        for number in numbers {
            let path = folder + "/" + JournalFormat.fileName(segment: number)
            let contents = try SegmentContents(path: path, disk: disk)
            if contents.isNewerFormat {
                recovery.newerFormat = path
                return recovery
            }
            let survey = contents.survey(number: number)
            var damage = survey.damage
            switch survey.tail {
            case .none: break
            case .zeros(let offset):
                try contents.file.truncate(to: offset)
                try contents.file.sync()
            case .bytes(let offset, let sizeBytes):
                if number == numbers.last {
                    recovery.tornTail = try contents.putAside(segment: number, offset: offset, disk: disk)
                } else {
                    // Behind a sealed segment's last record nothing was ever written: these were records.
                    damage.append(.init(offset: offset, sizeBytes: sizeBytes, reason: .cut))
                }
            }
            if survey.records == 0, damage.allSatisfy({ $0.reason == .header }) {
                // It died before its first record.
                try disk.remove(path)
                continue
            }
            recovery.segments.append(
                Segment(number: number, sizeBytes: survey.end, records: survey.records, damage: damage)
            )
        }
        if let first = recovery.segments.first?.number, let last = recovery.segments.last?.number {
            let present = Set(recovery.segments.map(\.number))
            recovery.missingSegments = (first...last).filter { !present.contains($0) }
        }
        try disk.syncFolder(folder)
        return recovery
    }
}

/// The journal's random name, in a file of the folder.
enum JournalIdentity {
    static func readOrCreate(folder: String, disk: any Disk) throws(DiskError) -> String {
        let path = folder + "/journal.id"
        if try disk.list(folder).contains("journal.id") {
            let bytes = try SegmentContents(path: path, disk: disk).bytes
            let text = String(decoding: bytes, as: UTF8.self)
            if text.utf8.count == 16 { return text }
            // Created, and cut short by a crash before its first use.
            try disk.remove(path)
        }
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let identity = String(repeating: "0", count: 16 - digits.count) + digits
        let file = try disk.open(path, create: true)
        let bytes = Array(identity.utf8)
        var failure: DiskError?
        bytes.withUnsafeBytes { buffer in
            do throws(DiskError) { try file.write([buffer], at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
        try file.sync()
        try disk.syncFolder(folder)
        return identity
    }
}
