import CFootprint

/// Reads every record of a journal and checks its checksum. Changes nothing; may run beside a server.
package struct JournalVerification: Sendable, Equatable {
    package struct Segment: Sendable, Equatable {
        package var name: String
        /// Those that were erased too.
        package var records: Int
        package var erased: Int
        package var sizeBytes: Int
        package var damage: [SegmentScan.Damage]
        /// Bytes behind the last whole record of the last segment that are not zero: a write under way, or cut short
        /// by a crash.
        package var tornTailBytes: UInt64
    }

    package var segments: [Segment] = []
    package var missingSegments: [UInt64] = []

    /// Whether every record is whole. A torn tail is ordinary.
    package var isSound: Bool { missingSegments.isEmpty && segments.allSatisfy { $0.damage.isEmpty } }

    package static func run(directory: String, disk: any Disk = RealDisk()) throws(DiskError) -> JournalVerification {
        var verification = JournalVerification()
        let numbers = try disk.list(directory).compactMap(JournalFormat.segment(fileName:)).sorted()
        for number in numbers {
            let name = JournalFormat.fileName(segment: number)
            var look: (survey: SegmentContents.Survey, sizeBytes: Int)
            do throws(DiskError) {
                look = try Self.look(at: number, directory, disk)
                // An erasure may have begun since its list was looked for.
                if !look.survey.damage.isEmpty { look = try Self.look(at: number, directory, disk) }
            } catch {
                // Loaded and removed by a server since the folder was listed.
                if try !disk.list(directory).contains(name) { continue }
                throw error
            }
            let survey = look.survey
            var segment = Segment(
                name: name,
                records: survey.records,
                erased: survey.erased,
                sizeBytes: look.sizeBytes,
                damage: survey.damage,
                tornTailBytes: 0
            )
            if case .bytes(let offset, let sizeBytes) = survey.tail {
                if number == numbers.last {
                    segment.tornTailBytes = sizeBytes
                } else {
                    segment.damage.append(.init(offset: offset, sizeBytes: sizeBytes, reason: .cut))
                }
            }
            verification.segments.append(segment)
        }
        if let first = numbers.first, let last = numbers.last {
            let present = Set(numbers)
            verification.missingSegments = (first...last).filter { !present.contains($0) }
        }
        return verification
    }

    /// What is half erased, by a server beside us or by a crash, counts as what it becomes.
    private static func look(
        at number: UInt64,
        _ directory: String,
        _ disk: any Disk
    ) throws(DiskError) -> (survey: SegmentContents.Survey, sizeBytes: Int) {
        let underWay = try ErasureList.read(folder: directory, disk: disk)
        var contents = try SegmentContents(
            path: directory + "/" + JournalFormat.fileName(segment: number),
            disk: disk
        )
        if let underWay, underWay.segment == number { contents.finish(underWay) }
        return (contents.survey(number: number), contents.bytes.count)
    }
}

func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    footprint_crc32c(0, bytes.baseAddress, bytes.count)
}
