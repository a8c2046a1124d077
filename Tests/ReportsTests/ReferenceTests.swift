import Foundation
import Reports
import TestSupport
import Testing

/// The parser against another one and the rules written down a second time, over bodies that are nearly right.
@Suite("The report parser and a reference parser")
struct ReferenceTests {
    @Test("agree on 60,000 mutated reports", arguments: [1, 2, 3] as [UInt64])
    func agree(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var accepted = 0
        for _ in 0..<20_000 {
            let body = Self.mutated(&random)
            let expected = ReferenceReport.accepts(body)
            let found = Parsing.detail(body)
            if (found == nil) != expected {
                Issue.record(
                    "seed \(seed): the reference \(expected ? "accepts" : "refuses"), the parser says \(found ?? "accepted"): \(String(decoding: body, as: UTF8.self).debugDescription)"
                )
                return
            }
            if expected { accepted += 1 }
        }
        // Both outcomes must be common, or the comparison compares nothing.
        #expect(accepted > 2_000 && accepted < 18_000)
    }

    @Test("agree under 600 random plans", arguments: [11, 12, 13] as [UInt64])
    func agreeUnderPlans(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var accepted = 0
        for _ in 0..<200 {
            let plan = RandomPlan.make(&random)
            let table = PlanTable(plan)
            for _ in 0..<50 {
                let body = Self.mutated(&random)
                let expected = ReferenceReport.accepts(body, plan: plan)
                let found = Parsing.detail(body, plan: table)
                if (found == nil) != expected {
                    Issue.record(
                        "seed \(seed): the reference \(expected ? "accepts" : "refuses"), the parser says \(found ?? "accepted"): \(String(decoding: body, as: UTF8.self).debugDescription) under \(plan)"
                    )
                    return
                }
                if expected { accepted += 1 }
            }
        }
        #expect(accepted > 1_000 && accepted < 9_000)
    }

    private static let values = [
        "0", "1", "2", "10000", "11000", "4294967295", "4294967296", "-1", "-0", "01", "1.0", "1e3", "1E+2", "1.", ".5",
        "9223372036854775807", "9223372036854775808", "18446744073709551616", "1710300000", "1420070400", "1420070399",
        "1732521600", "1732521601", "null", "true", "false", "nul", "\"\"", "\"a\"", "\"1\"", "\"\\u0041\"",
        "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"é\"", "[]", "{}", "[[]]", "{\"a\":1}", "{\"a\":1,\"a\":1}", "[1,]",
        "{\"a\"}", "\"\\x\"", "\"\u{7F}\"", "",
    ]
    private static let keys = [
        "uid", "openid", "device_type", "business_type", "event_time", "channel", "operate_id", "page_id", "pos_id",
        "prev_id", "trace_id", "duration", "other", "u\\u0069d", "page_id ", "Page_id",
    ]

    /// A report that is nearly right.
    static func mutated(_ random: inout SeededRandom) -> [UInt8] {
        func fields(_ count: Int, _ usual: [String], _ random: inout SeededRandom) -> String {
            (0..<count).map { _ in
                let key = random.chance(9, of: 10) ? random.pick(usual) : random.pick(keys)
                let value: String
                switch key {
                case "uid", "openid", "trace_id": value = random.chance(9, of: 10) ? "\"u1\"" : random.pick(values)
                case "channel", "device_type":
                    value = random.chance(9, of: 10) ? random.pick(["1", "2"]) : random.pick(values)
                case "operate_id": value = random.chance(9, of: 10) ? "10000" : random.pick(values)
                case "event_time": value = random.chance(9, of: 10) ? "1710300000" : random.pick(values)
                case "business_type": value = random.chance(9, of: 10) ? "1" : random.pick(values)
                default: value = random.chance(9, of: 10) ? "7" : random.pick(values)
                }
                return "\"\(key)\":\(value)"
            }.joined(separator: random.chance(1, of: 50) ? ";" : ",")
        }
        let head =
            "{" + #""uid":"u","openid":12"#
            + (random.chance(1, of: 3) ? "," + fields(1, ["device_type", "business_type", "other"], &random) : "") + "}"
        let items = (0..<random.below(3)).map { _ in
            "{" + fields(random.below(4), Array(keys[4..<12]), &random) + "}"
        }.joined(separator: ",")
        let list = random.chance(9, of: 10) ? "[\(items)]" : items
        var body = Array(
            (random.chance(1, of: 2)
                ? #"{"head":\#(head),"items":\#(list)}"# : #" {"items": \#(list) , "head" :\#(head)} "#)
                .utf8
        )
        if random.chance(1, of: 4), !body.isEmpty {
            let index = random.below(body.count)
            switch random.below(4) {
            case 0: body.remove(at: index)
            case 1: body[index] = UInt8(truncatingIfNeeded: random.next())
            case 2: body.insert(random.pick(Array("{}[]\",:0\\ \n".utf8)), at: index)
            default: body.removeLast(body.count - index)
            }
        }
        return body
    }
}
