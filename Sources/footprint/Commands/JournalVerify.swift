import ArgumentParser
import Foundation
import Journal

struct JournalVerify: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every record's checksum; ends with 1 where any is bad.",
        discussion: """
            Reads only, and may run beside a server. A torn tail at the end of the last segment is ordinary: a write \
            under way, or one that a crash cut short before it was acknowledged. Damage before it is not.

            Example:
              footprint journal verify --data /var/lib/footprint
            """
    )

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let directory = try data.directory(try config.settings()) + "/journal"
        guard FileManager.default.fileExists(atPath: directory) else {
            throw CommandFailure.unable("there is no journal at \(directory)")
        }
        let verification: JournalVerification
        do {
            verification = try JournalVerification.run(directory: directory)
        } catch {
            throw CommandFailure.unable("\(error)")
        }
        for segment in verification.segments { print(segment) }
        for number in verification.missingSegments { Terminal.output.line("segment \(number) is missing") }
        let records = verification.segments.reduce(0) { $0 + $1.records }
        let erased = verification.segments.reduce(0) { $0 + $1.erased }
        let damages = verification.segments.reduce(0) { $0 + $1.damage.count }
        Terminal.output.line(
            "\(counted(verification.segments.count, "segment")), \(counted(records, "record")), "
                + "\(counted(damages, "damaged place"))"
                + (erased == 0 ? "" : ", \(counted(erased, "erased record"))")
                + (verification.missingSegments.isEmpty
                    ? "" : ", \(counted(verification.missingSegments.count, "segment")) missing")
        )
        guard verification.isSound else { throw CommandFailure.found("the journal in \(directory) is damaged") }
    }

    private func print(_ segment: JournalVerification.Segment) {
        var line = "\(segment.name)  \(counted(segment.records, "record"))  \(counted(segment.sizeBytes, "byte"))"
        line += segment.damage.isEmpty ? "  ok" : "  DAMAGED"
        if segment.erased > 0 { line += "  \(grouped(segment.erased)) of them erased" }
        if segment.tornTailBytes > 0 { line += "  torn tail of \(counted(Int(segment.tornTailBytes), "byte"))" }
        Terminal.output.line(line)
        for damage in segment.damage {
            Terminal.output.line(
                "  at byte \(damage.offset), \(damage.sizeBytes) bytes: \(damage.reason.rawValue)"
            )
        }
    }
}
