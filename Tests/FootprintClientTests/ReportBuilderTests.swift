import FootprintClient
import Testing

@Suite struct ReportBuilderTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    private static func text(_ report: BuiltReport<Int>) -> String { String(decoding: report.body, as: UTF8.self) }

    @Test("events of a head become one report, in their order, with their tags")
    func groups() {
        var builder = ReportBuilder<Int>()
        for (tag, head) in ["1", "2", "1", "1"].enumerated() {
            #expect(
                builder.add(head: Self.bytes(#"{"uid":\#(head)}"#), item: Self.bytes("{\"n\":\(tag)}"), tag: tag)
                    .isEmpty
            )
        }
        #expect(builder.pendingItems == 4)
        let reports = builder.drain()
        #expect(
            reports.map(Self.text) == [
                #"{"head":{"uid":1},"items":[{"n":0},{"n":2},{"n":3}]}"#, #"{"head":{"uid":2},"items":[{"n":1}]}"#,
            ]
        )
        #expect(reports.map(\.tags) == [[0, 2, 3], [1]])
        #expect(builder.drain().isEmpty)
        #expect(builder.pendingItems == 0)
    }

    @Test("a report is finished at its limit of items, and the head goes on with the next", arguments: [1, 2, 7])
    func itemLimit(limit: Int) {
        var builder = ReportBuilder<Int>(.init(items: limit))
        var tags: [[Int]] = []
        for tag in 0..<20 {
            tags += builder.add(head: Self.bytes("{}"), item: Self.bytes("{}"), tag: tag).map(\.tags)
        }
        tags += builder.drain().map(\.tags)
        #expect(tags.dropLast().allSatisfy { $0.count == limit })
        #expect(tags.flatMap(\.self) == Array(0..<20))
    }

    @Test("no report is larger than its limit, unless one event alone is")
    func byteLimit() {
        var limits = ReportBuilder<Int>.Limits()
        limits.reportBytes = 100
        var builder = ReportBuilder<Int>(limits)
        var reports: [BuiltReport<Int>] = []
        for tag in 0..<50 {
            let size = tag == 30 ? 200 : tag % 40
            let item = Self.bytes("{\"" + String(repeating: "x", count: size) + "\":1}")
            reports += builder.add(head: Self.bytes("{}"), item: item, tag: tag)
        }
        reports += builder.drain()
        #expect(reports.flatMap(\.tags) == Array(0..<50))
        for report in reports {
            #expect(report.body.count == report.sizeBytes)
            #expect(report.sizeBytes <= 100 || report.tags == [30])
        }
    }

    @Test("what waits is bounded: over the limit everything leaves")
    func pendingLimit() {
        var limits = ReportBuilder<Int>.Limits()
        limits.pendingBytes = 1_000
        var builder = ReportBuilder<Int>(limits)
        var tags: [Int] = []
        var mostPending = 0
        for tag in 0..<500 {
            tags += builder.add(head: Self.bytes("{\"uid\":\(tag)}"), item: Self.bytes("{}"), tag: tag).flatMap(\.tags)
            mostPending = max(mostPending, builder.pendingItems)
        }
        tags += builder.drain().flatMap(\.tags)
        #expect(tags.sorted() == Array(0..<500))
        // The shortest report here takes 30 bytes.
        #expect(mostPending <= 1_000 / 30)
    }

    @Test("halves hold the same events, down to single ones", arguments: [2, 3, 8, 13])
    func halves(count: Int) throws {
        var builder = ReportBuilder<Int>()
        for tag in 0..<count {
            _ = builder.add(head: Self.bytes(#"{"uid":"a"}"#), item: Self.bytes("{\"n\":\(tag)}"), tag: tag)
        }
        var parts = builder.drain()
        var singles: [String] = []
        while let part = parts.popLast() {
            if let (first, second) = part.halves {
                #expect(first.tags + second.tags == part.tags)
                #expect(abs(first.tags.count - second.tags.count) <= 1)
                parts += [second, first]
            } else {
                #expect(part.tags.count == 1)
                singles.append(Self.text(part))
            }
        }
        #expect(singles == (0..<count).map { #"{"head":{"uid":"a"},"items":[{"n":\#($0)}]}"# })
    }
}
