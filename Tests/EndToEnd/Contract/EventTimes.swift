import Testing

extension Contract {
    /// The year 2015 begins in UTC here, at 1420070400: the contract names the day and no zone, `docs/` says UTC.
    @Suite("event_time")
    struct EventTimes {
        @Test(
            "outside 2015 to tomorrow is refused at its field",
            arguments: [
                "0", "1", "1419984000", "1420070399", "4294967295", "4294967296", "1709568000000", "1709568000000000",
                "9223372036854775807", "-1420070400",
            ]
        )
        func outside(spelled: String) throws {
            let body = ReportBody.text(items: #"[{},{},{},{"event_time":\#(spelled)}]"#)
            expectRefused(try RunningServer.current.report(body), .at("items[3].event_time"))
        }

        @Test("the documented example of a detail, to the letter")
        func documentedDetail() throws {
            let body = ReportBody.text(items: #"[{},{},{},{"event_time":"1709568000"}]"#)
            expectRefused(
                try RunningServer.current.report(body),
                .exactly("items[3].event_time: expected an integer, found a string")
            )
        }

        @Test("a day ahead is accepted, more is refused")
        func aDayAhead() throws {
            let server = try RunningServer.current
            let accepted = ReportBody.text(items: #"[{"event_time":\#(nowSeconds() + 86_400 - 5)}]"#)
            expectStored(try server.report(accepted))
            // Half a minute more than the bound: this machine may be slow between here and the server's clock.
            let refused = ReportBody.text(items: #"[{"event_time":\#(nowSeconds() + 86_400 + 30)}]"#)
            expectRefused(try server.report(refused), .at("items[0].event_time"))
        }

        @Test(
            "a time is kept to the second, leap days and the first second of 2015 too",
            arguments: [1_420_070_400, 1_456_704_000, 1_709_164_800, 1_709_251_199, 1_735_689_599]
        )
        func kept(time: Int) async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("time")
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"event_time":\#(time)}]"#)))
            #expect(try await server.events(of: uid).map { $0["event_time"]?.int } == [time])
        }
    }
}
