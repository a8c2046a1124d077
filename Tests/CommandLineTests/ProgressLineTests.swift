import Testing
import footprint

@Suite struct ProgressLineTests {
    @Test(
        "what a person reads",
        arguments: [
            (
                ProgressLine(fraction: 0.43, events: 1_290_000, refused: 3, elapsedSeconds: 6, waitingFor: nil),
                "[#################>----------------------]   43%  1,290,000 events  215,000/s  0:08 left  3 refused"
            ),
            (
                ProgressLine(fraction: nil, events: 10, refused: 0, elapsedSeconds: 65, waitingFor: nil),
                "10 events  0/s  1:05"
            ),
            (
                ProgressLine(fraction: 1, events: 0, refused: 0, elapsedSeconds: 0, waitingFor: nil),
                "[########################################]  100%  0 events  0:00"
            ),
            (
                ProgressLine(
                    fraction: nil,
                    events: 5,
                    refused: 0,
                    elapsedSeconds: 3_700,
                    waitingFor: "the server is busy"
                ),
                "5 events  0/s  1:01:40  trying again: the server is busy"
            ),
        ]
    )
    func text(_ line: ProgressLine, _ expected: String) {
        #expect(line.text(columns: 120) == expected)
    }

    @Test("it never wraps, whatever the terminal's width and the state", arguments: [1, 10, 20, 40, 60, 80, 200])
    func width(columns: Int) {
        for fraction in [nil, -1, 0, 0.004, 0.5, 0.999, 1, 7] as [Double?] {
            for elapsed in [0, 0.1, 5, 1e9, .infinity] {
                let line = ProgressLine(
                    fraction: fraction,
                    events: 1_234_567,
                    refused: 12,
                    elapsedSeconds: elapsed,
                    waitingFor: "cannot connect to 127.0.0.1:8080: Connection refused"
                )
                #expect(line.text(columns: columns).count < max(columns, 2))
            }
        }
    }
}
