import Reports
import Testing

@Suite("How a report came")
struct DeliveryTests {
    private static let body = Array(
        #"{"head":{"uid":"u","openid":"o","colour":1},"items":[{"page_id":7,"x":1,"trace_id":"t"},{"x":2,"trace_id":"t"}],"v":3}"#
            .utf8
    )

    /// Encodes the body as the intake would, and lends the encoding.
    private func encoded(
        _ body: [UInt8] = Self.body,
        install: String? = nil,
        sentMilliseconds: UInt64? = nil,
        agent: SuspectedAgent? = nil,
        address: String? = nil
    ) throws -> [UInt8] {
        let parser = ReportParser()
        var output = [UInt8](repeating: 0xAA, count: encodedReportBound(bodyBytes: body.count))
        let app = Array("app_test".utf8)
        let install = install.map { Array($0.utf8) }
        let address = address.map { Array($0.utf8) }
        let size = try output.withUnsafeMutableBytes { output in
            try body.withUnsafeBytes { body in
                try app.withUnsafeBytes { app in
                    try (install ?? []).withUnsafeBytes { installBytes in
                        try (address ?? []).withUnsafeBytes { addressBytes in
                            var delivery = ReportDelivery()
                            if install != nil { delivery.sequence = .init(install: installBytes, number: .max >> 1) }
                            delivery.sentMilliseconds = sentMilliseconds
                            delivery.agent = agent
                            if address != nil { delivery.address = addressBytes }
                            return try parser.parse(
                                body,
                                plan: PlanTable(.contract),
                                circumstances: .init(
                                    app: app,
                                    nowSeconds: 1_732_435_200,
                                    arrivalMicroseconds: 1_732_435_200_000_000,
                                    delivery: delivery
                                ),
                                into: output
                            ).sizeBytes
                        }
                    }
                }
            }
        }
        return Array(output[..<size])
    }

    private func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test("the journal keeps the client's number, its clock, what it seems to be and its address")
    func kept() throws {
        let bytes = try encoded(
            install: "phone-1",
            sentMilliseconds: 1_732_435_199_500,
            agent: .curl,
            address: "2001:db8::1"
        )
        try bytes.withUnsafeBytes { bytes in
            let report = try StoredReport(bytes)
            #expect(text(report.delivery.sequence?.install) == "phone-1")
            #expect(report.delivery.sequence?.number == .max >> 1)
            #expect(report.delivery.sentMilliseconds == 1_732_435_199_500)
            #expect(report.delivery.agent == .curl)
            #expect(text(report.delivery.address) == "2001:db8::1")
            #expect(text(report.uid) == "u")
        }
    }

    @Test("a report that says nothing about its way takes no byte more")
    func nothing() throws {
        let plain = Array(#"{"head":{"uid":"u","openid":"o"},"items":[{"page_id":7}]}"#.utf8)
        let bytes = try encoded(plain)
        // Fixed part, one item of a page, app, uid, openid.
        #expect(bytes.count == 20 + 2 + 9 + 2 + 2)
        let isEmpty = try bytes.withUnsafeBytes { try StoredReport($0).delivery.isEmpty }
        #expect(isEmpty)
    }

    @Test("the same event is the same, however it came")
    func identity() throws {
        let plain = try encoded()
        let other = try encoded(install: "phone-1", sentMilliseconds: 5, agent: .wget, address: "192.0.2.1")
        try plain.withUnsafeBytes { plain in
            try other.withUnsafeBytes { other in
                let (one, two) = (try StoredReport(plain), try StoredReport(other))
                #expect(one.senderEncoding.elementsEqual(two.senderEncoding))
            }
        }
    }

    @Test("fields that nobody knows are named once each, with their place")
    func unknownFields() throws {
        try encoded().withUnsafeBytes { bytes in
            let fields = try StoredReport(bytes).unknownFields.map(\.path)
            #expect(fields == ["head.colour", "items.x", "v"])
        }
    }

    @Test("of many unknown fields, and of long names, only so much is kept, and it is text")
    func bounds() throws {
        let names = (0..<40).map { "\"\(String(repeating: "字", count: 30))\($0)\":0" }.joined(separator: ",")
        let body = Array(#"{"head":{"uid":"u","openid":"o"},"items":[{}],\#(names)}"#.utf8)
        try encoded(body).withUnsafeBytes { bytes in
            let fields = try StoredReport(bytes).unknownFields.map(\.path)
            // 64 bytes hold 21 of the three-byte characters; so cut, the names are one.
            #expect(fields == [String(repeating: "字", count: 21)])
        }
        let short = (0..<40).map { "\"f\($0)\":0" }.joined(separator: ",")
        let many = Array(#"{"head":{"uid":"u","openid":"o"},"items":[{}],\#(short)}"#.utf8)
        try encoded(many).withUnsafeBytes { bytes in
            let count = try StoredReport(bytes).unknownFields.count
            #expect(count == 16)
        }
    }

    @Test("an encoding that is cut anywhere is unreadable, never misread")
    func cut() throws {
        let bytes = try encoded(install: "phone-1", sentMilliseconds: 1, agent: .curl, address: "192.0.2.1")
        for count in 0..<bytes.count {
            #expect(throws: StoredReport.Unreadable.self) {
                try bytes[..<count].withUnsafeBytes { cut in _ = try StoredReport(cut) }
            }
        }
    }

    @Test(
        "crawlers, scripts and automated browsers are suspected; browsers and apps are not",
        arguments: [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", .googlebot),
            ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", .baiduspider),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36",
                .headlessBrowser
            ),
            ("curl/7.88.1", .curl), ("python-requests/2.31", .python), ("Go-http-client/1.1", .go),
            ("SomeCrawler/1.0", .otherBot),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.44", nil),
            ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36", nil),
            ("okhttp/4.12.0", nil), ("", nil),
        ] as [(String, SuspectedAgent?)]
    )
    func agents(userAgent: String, agent: SuspectedAgent?) {
        let found = Array(userAgent.utf8).withUnsafeBytes { SuspectedAgent(userAgent: $0) }
        #expect(found == agent)
    }
}
