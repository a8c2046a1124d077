import Loader
import Reports
import Testing

@Suite("The repeat filter")
struct RepeatFilterTests {
    @Test("never misses what was inserted, and seldom suspects what was not, also past its bound")
    func filter() {
        var filter = RepeatFilter(limitBytes: 256 << 10)
        func identity(_ number: UInt64) -> EventIdentity {
            withUnsafeBytes(of: number) { EventIdentity(sender: $0, event: $0, occurrence: 0) }
        }
        for number in 0..<UInt64(180_000) { filter.insert(identity(number)) }
        #expect((0..<UInt64(180_000)).allSatisfy { filter.mayContain(identity($0)) })
        let alarms = (200_000..<UInt64(220_000)).count { filter.mayContain(identity($0)) }
        #expect(alarms < 1_000)
        #expect(filter.sizeBytes <= 256 << 10)
    }
}
