import Testing
import footprint

@Suite struct SpanOfTimeTests {
    @Test(
        "times as people write them",
        arguments: [("90", 90), ("90s", 90), ("15m", 900), ("12h", 43_200), ("7d", 604_800), ("0", 0)]
    )
    func times(_ text: String, _ seconds: Int) {
        #expect(SpanOfTime.seconds(text) == seconds)
    }

    @Test(
        "what is none",
        arguments: [
            "", "d", "-1", "+1", "1.5h", "1 d", "7w", "1D", "99999999999999999999", "9223372036854775807d", "٣",
        ]
    )
    func noTimes(_ text: String) {
        #expect(SpanOfTime.seconds(text) == nil)
    }
}
