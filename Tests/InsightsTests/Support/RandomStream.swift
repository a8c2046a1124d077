import TestSupport

/// Events that sit where definitions break: many in the same second, gaps of exactly 30 minutes and one second more,
/// midnights, changes of the clock, absent fields.
enum RandomStream {
    /// - Parameter anchors: instants that walks of events begin near.
    static func events(
        count: Int,
        users: Int,
        anchors: [Int64],
        using generator: inout SeededRandom
    ) -> [StoredEvent] {
        var events: [StoredEvent] = []
        var arrivals: Set<Int64> = []
        while events.count < count {
            let uid = "user \(Int.random(in: 0..<users, using: &generator))"
            var time =
                (anchors.randomElement(using: &generator) ?? 0) + Int64.random(in: -7_200...7_200, using: &generator)
            if Bool.random(using: &generator) { time -= time % 1_800 }
            for _ in 0..<Int.random(in: 1...9, using: &generator) {
                events.append(event(time, uid, &arrivals, &generator))
                time +=
                    [0, 0, 1, 60, 600, 1_799, 1_800, 1_800, 1_801, 3_600, 86_400].randomElement(using: &generator) ?? 0
            }
        }
        return events.shuffled(using: &generator)
    }

    private static func event(
        _ time: Int64,
        _ uid: String,
        _ arrivals: inout Set<Int64>,
        _ generator: inout SeededRandom
    ) -> StoredEvent {
        var arrival: Int64
        // Reports arrive in another order than their events happened in.
        repeat {
            arrival = time * 1_000_000 + Int64.random(in: 0...5_000_000, using: &generator)
        } while !arrivals.insert(arrival).inserted
        func some<Value>(_ values: [Value?]) -> Value? { values.randomElement(using: &generator) ?? nil }
        return StoredEvent(
            time: time,
            uid: uid,
            arrival: arrival,
            item: Int64.random(in: 0...2, using: &generator),
            operation: some([10000, 10000, 11000, 11000, 12000, nil]),
            page: some([1, 2, 3, 4, 0, nil]),
            position: some([1, 2, nil]),
            previous: some([1, 2, nil]),
            channel: some([1, 2, nil]),
            device: some([1, 2, nil]),
            business: some([1, nil]),
            duration: some([0, 1, 3, 29, 30, 600, 100_000, nil, nil]),
            trace: some(["t1", "t2", nil])
        )
    }
}
