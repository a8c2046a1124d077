import Access
import Journal
import Reports
import Synchronization

/// What all event loops of the intake share.
final class CollectorState: Sendable {
    let settings: CollectorSettings
    let journal: Journal
    let access: Access
    let counters: CollectorCounters
    let arrivalClock = ArrivalClock()
    let plan: Mutex<PlanTable>
    let responder: RequestResponder
    /// nil: connections are in the clear.
    let tls: TLSIdentity?
    let isDraining = Atomic<Bool>(false)
    let appLimiter: RateLimiter<String>
    let addressLimiter: RateLimiter<InternetAddress>
    private let origins: [[UInt8]]

    init(
        settings: CollectorSettings,
        journal: Journal,
        access: Access,
        plan: PlanTable,
        counters: CollectorCounters,
        tls: TLSIdentity?,
        responder: @escaping RequestResponder
    ) {
        self.settings = settings
        self.journal = journal
        self.access = access
        self.counters = counters
        self.plan = Mutex(plan)
        self.responder = responder
        self.tls = tls
        appLimiter = RateLimiter(perSecond: settings.limits.appReportsPerSecond)
        addressLimiter = RateLimiter(perSecond: settings.limits.addressReportsPerSecond)
        origins = settings.corsOrigins.map { Array($0.utf8) }
    }

    /// The allowed origin that answers this one: `*`, or itself; -1 for none.
    func originIndex(_ origin: Slice<UnsafeRawBufferPointer>) -> Int16 {
        let star = UInt8(ascii: "*")
        return Int16(origins.firstIndex { $0 == [star] || $0.elementsEqual(origin) } ?? -1)
    }
}
