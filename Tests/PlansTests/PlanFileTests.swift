import Foundation
import Plans
import Reports
import TestSupport
import Testing

@Suite("A plan file")
struct PlanFileTests {
    private func read(_ text: String) throws -> TrackingPlan { try PlanFile.read(Array(text.utf8)) }

    private func faults(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as PlanFaults {
            return error.faults.map { "\($0.line):\($0.column): \($0.reason)" }
        } catch {
            return ["\(error)"]
        }
    }

    static func unversioned(_ plan: TrackingPlan) -> TrackingPlan {
        var plan = plan
        plan.version = 0
        return plan
    }

    @Test("that ships says what the contract says")
    func shipped() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/examples/plan.yml").path
        #expect(try PlanFile.read(path: file) == Self.unversioned(.contract))
        #expect(try read(PlanFile.write(.contract)) == Self.unversioned(.contract))
    }

    @Test("takes every kind of rule, and the contract's where a section is left out")
    func everything() throws {
        let plan = try read(
            """
            channels: { 1: H5, 3: { zh: 公众号, en: Official account } }
            operate_ids:
              10000: { name: Visit, kind: page_view, channels: [3, 1] }
              12000:
                name: "12000"
                required: [page_id, device_type]
                ranges:
                  duration: [0, 9223372036854775807]
                  page_id: [5, 5]
            pages:
              open: false
              1: 首页
            positions: {}
            """
        )
        var expected = Self.unversioned(.contract)
        expected.channels = [
            1: .init(chinese: "H5", english: "H5"), 3: .init(chinese: "公众号", english: "Official account"),
        ]
        expected.operations = [
            10000: .init(name: .init(chinese: "Visit", english: "Visit"), kind: .pageView, channels: [3, 1]),
            12000: .init(
                name: .init(chinese: "12000", english: "12000"),
                kind: .action,
                required: [.pageID, .deviceType],
                ranges: [
                    .init(field: .duration, minimum: 0, maximum: 9_223_372_036_854_775_807),
                    .init(field: .pageID, minimum: 5, maximum: 5),
                ]
            ),
        ]
        expected.pages = [1: .init(chinese: "首页", english: "首页")]
        expected.pagesOpen = false
        #expect(plan == expected)
    }

    @Test(
        "that is wrong is refused with the place and what was expected there",
        arguments: [
            ("", "1:1: expected a plan, found an empty file"),
            ("# nothing\n", "1:1: expected a plan, found an empty file"),
            (
                "[]",
                "1:1: expected a mapping of sections: business_types, device_types, channels, operate_ids, pages, positions, found a list"
            ),
            ("pages: {\n", "2:1: not YAML: did not find expected node content"),
            ("pages:\n\t1: a", "2:1: not YAML: found character that cannot start any token"),
            ("version: 2", "1:1: the server counts the versions; leave this out"),
            (
                "page: {}",
                #"1:1: unknown key "page", expected one of business_types, device_types, channels, operate_ids, pages, positions"#
            ),
            ("pages:", "1:7: expected a mapping of ids to names, found nothing"),
            ("pages:\n  -1: a", #"2:3: expected an id from 0 to 4294967295, found "-1""#),
            ("pages:\n  4294967296: a", #"2:3: expected an id from 0 to 4294967295, found "4294967296""#),
            ("pages:\n  01: a", #"2:3: expected an id from 0 to 4294967295, found "01""#),
            ("pages:\n  1: a\n  2: b\n  1: c", #"4:3: "1" stands here a second time, after line 2"#),
            ("pages: {}\npages: {}", #"2:1: "pages" stands here a second time, after line 1"#),
            ("pages:\n  1: 7", #"2:6: expected a name, found "7"; put a name in quotes"#),
            ("pages:\n  1: true", #"2:6: expected a name, found "true"; put a name in quotes"#),
            ("pages:\n  1: ''", "2:6: expected a name of 1 to 256 bytes"),
            ("pages:\n  1: \"a\\nb\"", "2:6: expected a name in one line, without control characters"),
            ("pages:\n  1: [a]", "2:6: expected a name, found a list"),
            ("pages:\n  1: { zh: a }", "2:6: expected a name in both languages: { zh: …, en: … }"),
            ("pages:\n  1: { zh: a, en: b, fr: c }", #"2:22: unknown key "fr", expected zh or en"#),
            ("pages:\n  open: yes", #"2:9: expected true or false, found "yes""#),
            ("channels:\n  open: true", #"2:3: expected an id from 0 to 4294967295, found "open""#),
            ("operate_ids:\n  5: click", #"2:6: expected a mapping with a name, found "click""#),
            ("operate_ids:\n  5: {}", "2:3: expected a name for operate_id 5"),
            ("operate_ids:\n  5: { name: a, kind: view }", #"2:23: expected page_view or action, found "view""#),
            ("operate_ids:\n  5: { name: a, channels: [9] }", "2:28: channel 9 is not listed under channels"),
            ("operate_ids:\n  5: { name: a, channels: [1, 1] }", "2:31: channel 1 stands here a second time"),
            ("operate_ids:\n  5: { name: a, channels: 1 }", #"2:27: expected a list of channels, found "1""#),
            ("operate_ids:\n  5: { name: a, required: [uid] }", "2:28: uid is always required; leave this out"),
            ("operate_ids:\n  5: { name: a, ranges: { duration: [1] } }", "2:37: expected [minimum, maximum]"),
            (
                "operate_ids:\n  5: { name: a, ranges: { duration: [9, 1] } }",
                "2:37: the minimum 9 is larger than the maximum 1"
            ),
            (
                "operate_ids:\n  5: { name: a, ranges: { page_id: [0, 4294967296] } }",
                #"2:40: expected an integer from 0 to 4294967295, found "4294967296""#
            ),
            (
                "operate_ids:\n  5: { name: a, ranges: { page_id: [0, 1.5] } }",
                #"2:40: expected an integer from 0 to 4294967295, found "1.5""#
            ),
        ]
    )
    func refused(text: String, fault: String) {
        #expect(faults(text) == [fault])
    }

    @Test("names a field that does not exist, and those that do")
    func fields() {
        #expect(
            faults("operate_ids:\n  5: { name: a, required: [pageid] }").first?.hasPrefix(
                #"2:28: there is no field "pageid", expected one of device_type,"#
            ) == true
        )
        #expect(
            faults("operate_ids:\n  5: { name: a, ranges: { trace_id: [0, 1] } }").first?.hasPrefix(
                #"2:27: there is no integer field "trace_id", expected one of event_time,"#
            ) == true
        )
    }

    @Test("says all of its errors at once, duplicates among them, in the order of its lines")
    func allAtOnce() {
        let found = faults(
            """
            channels:
              1: H5
              1: Again
              1: And again
            operate_ids:
              10000:
                name: 12
                kind: view
                channels: [1, 9]
              11000: 访问
              11000: { kind: action }
            extra: 1
            """
        )
        #expect(
            found.map { $0.split(separator: " ")[0] } == [
                "3:3:", "4:3:", "7:11:", "8:11:", "9:19:", "10:10:", "11:3:", "12:1:",
            ],
            "\(found)"
        )
    }

    @Test("says in which line bytes are no UTF-8, and takes no more than a mebibyte")
    func bytes() {
        let error = #expect(throws: PlanFaults.self) { try PlanFile.read(Array("pages: {}\n# ".utf8) + [0xFF]) }
        #expect(error?.faults == [PlanFault(line: 2, column: 1, reason: "not UTF-8")])
        let large = Array(("pages: {}\n#" + String(repeating: "x", count: PlanFile.limitBytes)).utf8)
        #expect(throws: PlanFaults.self) { try PlanFile.read(large) }
    }

    @Test("nested deeper than any plan is an error, not the end of the process")
    func deep() {
        #expect(faults(String(repeating: "[", count: 500_000)).count == 1)
        #expect(faults("pages:" + String(repeating: " {1:", count: 100_000)).count == 1)
    }

    @Test("that was written is read as the same plan, whatever its names", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "首页", "a", " ", "\"", "\\", "'", ":", "# ", "{", "]", "yes", "12", "1e3", "~", "-", "?", "!", "&", "*", "|",
            "\u{2028}", "😀", "\u{E000}", "é", "%", "@", "`", ",", "null", "0x1F", "2024-01-01", "\u{A0}",
        ]
        for _ in 0..<300 {
            var plan = Self.unversioned(RandomPlan.make(&random))
            for id in 1...3 as ClosedRange<UInt32> {
                func name() -> String { (0...random.below(4)).map { _ in random.pick(pieces) }.joined() }
                plan.pages[id] = TrackingPlan.Name(chinese: name(), english: name())
            }
            let text = PlanFile.write(plan)
            #expect(try read(text) == plan, "seed \(seed): \(text)")
            #expect(try PlanFile.write(read(text)) == text)
        }
    }

    @Test("of any bytes is a plan or a list of errors whose places are in the file", arguments: [4, 5] as [UInt64])
    func mutated(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "\n", " ", "  ", ":", "- ", "{", "}", "[", "]", ",", "1", "10000", "channels", "open", "&a ", "*a", "'",
            "\"", "#",
        ]
        for _ in 0..<1_500 {
            var scalars = Array(PlanFile.write(RandomPlan.make(&random)).unicodeScalars)
            for _ in 0...random.below(4) {
                let place = random.below(scalars.count)
                switch random.below(3) {
                case 0: scalars.removeSubrange(place..<min(scalars.count, place + 1 + random.below(20)))
                case 1: scalars.insert(contentsOf: random.pick(pieces).unicodeScalars, at: place)
                default:
                    scalars.insert(contentsOf: scalars[place..<min(scalars.count, place + random.below(60))], at: place)
                }
                if scalars.isEmpty { scalars = ["a"] }
            }
            let text = String(String.UnicodeScalarView(scalars))
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            do {
                _ = try read(text)
            } catch let error as PlanFaults {
                #expect(!error.faults.isEmpty)
                #expect(error.faults.allSatisfy { (1...lines + 1).contains($0.line) && $0.column >= 1 }, "\(text)")
            }
        }
    }
}
