import FootprintClient
import Synchronization

/// Reads files of JSON Lines and makes shipments of them. Blocks its thread; bounded by the builder's pending bytes and
/// the pipe.
struct LineSource: ~Copyable {
    /// The contract's 1 MiB and room for what a person may add; a longer line is refused without being held.
    static let lineLimitBytes = 4 << 20

    private let names: [String]
    private let tally: Tally
    private let pipe: BoundedPipe<Shipment>
    private var builder: ReportBuilder<LinePlace>
    private var slicer = LineSlicer()

    /// The sending side has given up; the thread ends.
    private struct Abandoned: Error {}

    init(names: [String], batch: Int, tally: Tally, pipe: BoundedPipe<Shipment>) {
        self.names = names
        self.tally = tally
        self.pipe = pipe
        builder = ReportBuilder(.init(items: batch))
    }

    consuming func run(_ paths: [String]) throws(CommandFailure) {
        do {
            for (index, path) in paths.enumerated() {
                try read(InputFile(path: path), Int32(index))
            }
            try ship(builder.drain())
        } catch is Abandoned {
            return
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .unable("\(error)")
        }
    }

    private mutating func read(_ input: consuming InputFile, _ file: Int32) throws {
        var lines = LineReader(limitBytes: Self.lineLimitBytes)
        let tally = tally
        let name = input.name
        let before = tally.bytesRead
        do {
            try input.read(
                onRead: { tally.bytesRead = before + $0 },
                onIdle: { try ship(builder.drain()) },
                onChunk: { chunk in
                    try lines.feed(chunk) { number, line in try take(line, LinePlace(file: file, line: number)) }
                }
            )
            try lines.finish { number, line in try take(line, LinePlace(file: file, line: number)) }
        } catch let damage as Gunzip.Damaged {
            try ship(builder.drain())
            throw CommandFailure.unable("\(name): \(damage); the lines before were sent")
        }
    }

    private mutating func take(_ line: LineReader.Line, _ place: LinePlace) throws {
        let text: UnsafeRawBufferPointer
        switch line {
        case .tooLong:
            tally.countLine()
            tally.refuse([place], reason: "longer than \(Self.lineLimitBytes >> 20) MiB")
            return
        case .text(let bytes): text = bytes
        }
        do {
            switch try slicer.slice(text) {
            case .blank: return
            case .event:
                tally.countLine()
                try ship(builder.add(head: slicer.head, item: slicer.item, tag: place))
            case .report(let items):
                tally.countLine()
                guard pipe.push(.report(body: Array(text), events: items, at: place)) else { throw Abandoned() }
            }
        } catch let malformed as LineSlicer.Malformed {
            tally.countLine()
            tally.refuse([place], reason: malformed.description)
        }
    }

    private func ship(_ reports: [BuiltReport<LinePlace>]) throws {
        for report in reports {
            guard pipe.push(.events(report)) else { throw Abandoned() }
        }
    }
}
