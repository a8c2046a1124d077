import Foundation

/// One flat event of the shop: a line of the file that `footprint send` takes.
struct ShopEvent: Codable, Sendable, Equatable {
    var uid: String
    var openid: String
    var deviceType: Int?
    var businessType: Int?
    var eventTime: Int
    var channel: Int?
    var operateID: Int?
    var pageID: Int?
    var posID: Int?
    var prevID: Int?
    var traceID: String?
    var duration: Int?

    enum CodingKeys: String, CodingKey {
        case uid, openid
        case deviceType = "device_type"
        case businessType = "business_type"
        case eventTime = "event_time"
        case channel
        case operateID = "operate_id"
        case pageID = "page_id"
        case posID = "pos_id"
        case prevID = "prev_id"
        case traceID = "trace_id"
        case duration
    }

    var isPageView: Bool { operateID == 10000 || operateID == 11000 }
}

/// The events that questions are asked about: half a year of a shop's page visits, from the shared data set where it
/// lies beside the package, else made here, of the same shape and always the same.
struct ShopEvents: Sendable {
    let events: [ShopEvent]
    /// The file to send, packed.
    let file: [UInt8]

    static func load() async throws -> ShopEvents {
        let shared = URL(filePath: Program.packageRoot).appending(path: "../shared/data/shop-events.jsonl.gz")
        if let packed = try? Data(contentsOf: shared) {
            let lines = try await Gzip.unpacked(packed).split(separator: UInt8(ascii: "\n"))
            let decoder = JSONDecoder()
            let events = try lines.map { try decoder.decode(ShopEvent.self, from: Data($0)) }
            return ShopEvents(events: events, file: Array(packed))
        }
        let events = made()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = try events.map { try encoder.encode($0) + Data("\n".utf8) }.reduce(into: Data(), +=)
        return ShopEvents(events: events, file: try await Gzip.packed(text))
    }

    /// 3,000 sessions of 300 users from January to June 2024.
    static func made() -> [ShopEvent] {
        var random = SplitMix(state: 20_240_107)
        var events: [ShopEvent] = []
        for session in 0..<3_000 {
            let user = Int(random.next() % 300)
            let isMiniProgram = user % 3 == 0
            var time = 1_704_635_385 + Int(random.next() % 15_000_000)
            var previous: Int?
            let length = 1 + Int(random.next() % 9)
            for step in 0..<length {
                let page = 1 + Int(random.next() % 19)
                let stay = Int(random.next() % 900)
                events.append(
                    ShopEvent(
                        uid: "user_\(user)",
                        openid: "o\(user &* 7_919)",
                        deviceType: user % 2 == 0 ? nil : 1 + user / 2 % 2,
                        businessType: 1,
                        eventTime: time,
                        channel: isMiniProgram ? 2 : 1,
                        operateID: isMiniProgram ? 11000 : 10000,
                        pageID: page,
                        prevID: previous,
                        traceID: "sess_\(session)",
                        duration: step == length - 1 ? nil : stay
                    )
                )
                // Now and then longer than the half hour that ends a session.
                time += stay + (random.next() % 20 == 0 ? 1_801 : 1)
                previous = page
            }
        }
        return events.enumerated().sorted { ($0.element.eventTime, $0.offset) < ($1.element.eventTime, $1.offset) }
            .map(\.element)
    }

    /// SplitMix64: the same numbers on every machine.
    private struct SplitMix {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
