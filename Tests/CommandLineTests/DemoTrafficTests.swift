import FootprintClient
import Testing
import footprint

@Suite struct DemoTrafficTests {
    /// 2024-03-13 22:40 in Shanghai.
    private static let now: Int64 = 1_710_340_800

    private static func items(seed: UInt64 = 1, users: Int = 300, days: Int = 14) -> [(ReportHead, [ReportItem])] {
        let traffic = DemoTraffic(seed: seed, users: users, days: days, nowSeconds: now)
        return (0..<users).map { traffic.visits(ofUser: $0) }
    }

    @Test("the same seed is the same traffic, another seed another")
    func deterministic() {
        func flat(_ all: [(ReportHead, [ReportItem])]) -> [ReportItem] { all.flatMap(\.1) }
        #expect(flat(Self.items()) == flat(Self.items()))
        #expect(flat(Self.items()) != flat(Self.items(seed: 2)))
        #expect(flat(Array(Self.items(users: 10))) == flat(Array(Self.items().prefix(10))), "a user stays the same")
    }

    @Test("every event keeps the contract, lies in the period, and none is in the future")
    func contract() {
        let first = Self.now - 14 * 86_400
        for (head, items) in Self.items() {
            #expect([1, 2].contains(head.deviceType) && head.businessType == 1)
            for item in items {
                #expect(item.operateID == (item.channel == 2 ? 11_000 : 10_000))
                #expect((1...40).contains(item.pageID ?? 0))
                #expect((first...Self.now).contains(item.eventTime ?? 0))
                #expect(item.traceID?.isEmpty == false)
            }
        }
    }

    @Test("a session is one trace whose pages follow from each other, with less than half an hour between")
    func sessions() {
        for (_, items) in Self.items() {
            #expect(items.map { $0.eventTime ?? 0 } == items.map { $0.eventTime ?? 0 }.sorted())
            for (before, after) in zip(items, items.dropFirst()) {
                if before.traceID == after.traceID {
                    #expect(after.prevID == before.pageID)
                    #expect((after.eventTime ?? 0) - (before.eventTime ?? 0) <= 1_800)
                } else {
                    #expect(after.prevID == nil)
                    #expect((after.eventTime ?? 0) - (before.eventTime ?? 0) > 1_800)
                }
            }
        }
    }

    @Test("it looks like people: popular pages, quiet nights, users who return and users who do not")
    func believable() {
        let all = Self.items(users: 2_000)
        let items = all.flatMap(\.1)
        var pages: [UInt32: Int] = [:]
        var hours: [Int64: Int] = [:]
        for item in items {
            pages[item.pageID ?? 0, default: 0] += 1
            hours[((item.eventTime ?? 0) + 8 * 3_600) / 3_600 % 24, default: 0] += 1
        }
        #expect(pages[1] ?? 0 > items.count / 10)
        #expect(pages.count > 30)
        #expect((hours[21] ?? 0) > 5 * (hours[4] ?? 0))
        let days = all.map { _, items in Set(items.map { (($0.eventTime ?? 0) + 8 * 3_600) / 86_400 }).count }
        #expect(days.count { $0 == 0 } < 1_000)
        #expect(days.count { $0 == 1 } > 100)
        #expect(days.count { $0 >= 10 } > 50)
    }
}
