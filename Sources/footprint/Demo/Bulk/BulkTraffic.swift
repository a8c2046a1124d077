/// Which events `footprint demo --events` makes: exactly so many, the same for the same values.
///
/// Days are those of UTC, because the store's are: what comes day by day and user by user comes in the order in which
/// the store keeps it, and is written without sorting.
struct BulkTraffic: Sendable, Equatable {
    let seed: UInt64
    let events: Int
    let users: Int
    let days: Int
    /// A day's beginning in UTC; nothing happens, or arrives, from then on.
    let endSeconds: Int64

    /// More would not look like people: events a user and day, on average.
    static let eventsADay = 8
    static let usersAtMost = 10_000_000

    init(
        seed: UInt64,
        events: Int,
        users: Int?,
        days: Int,
        endSeconds: Int64
    ) throws(CommandFailure) {
        let usual = min(max(2_000, events / 100, events / days / (Self.eventsADay / 2)), Self.usersAtMost)
        self.seed = seed
        self.events = events
        self.users = users ?? usual
        self.days = days
        self.endSeconds = endSeconds
        guard events <= self.users * days * Self.eventsADay else {
            let need = (events + days * Self.eventsADay - 1) / (days * Self.eventsADay)
            throw .usage(
                "\(grouped(self.users)) users do not make \(grouped(events)) events in \(counted(days, "day")): "
                    + (need <= Self.usersAtMost
                        ? "take --users \(need) or more, or more --days"
                        : "take --days \((events / Self.usersAtMost / Self.eventsADay) + 1) or more")
            )
        }
    }

    var startSeconds: Int64 { endSeconds - Int64(days) * DemoSite.daySeconds }

    /// Names the `number`th batch of these events, so that the store takes each once.
    func token(ofBatch number: Int) -> String {
        "demo seed=\(seed) events=\(events) users=\(users) days=\(days) end=\(endSeconds) batch=\(number)"
    }
}
