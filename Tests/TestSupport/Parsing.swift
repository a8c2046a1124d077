package import Reports

/// Parses a body as the intake does, and reads back what the journal would keep.
package struct Parsing {
    package static let now: Int64 = 1_732_435_200
    package static let arrival: UInt64 = 1_732_435_200_123_456

    package struct Item: Equatable {
        package var eventTime: UInt32?
        package var channel: UInt32?
        package var operateID: UInt32?
        package var pageID: UInt32?
        package var posID: UInt32?
        package var prevID: UInt32?
        package var traceID: String?
        package var durationSeconds: UInt64?

        package init(
            eventTime: UInt32? = nil,
            channel: UInt32? = nil,
            operateID: UInt32? = nil,
            pageID: UInt32? = nil,
            posID: UInt32? = nil,
            prevID: UInt32? = nil,
            traceID: String? = nil,
            durationSeconds: UInt64? = nil
        ) {
            self.eventTime = eventTime
            self.channel = channel
            self.operateID = operateID
            self.pageID = pageID
            self.posID = posID
            self.prevID = prevID
            self.traceID = traceID
            self.durationSeconds = durationSeconds
        }
    }

    package struct Report: Equatable {
        package var app: String
        package var uid: String
        package var openid: String
        package var deviceType: UInt32?
        package var businessType: UInt32?
        package var mayBeRepeated: Bool
        package var items: [Item]
    }

    package static func parse(
        _ body: [UInt8],
        plan: PlanTable = PlanTable(.contract),
        app: String = "app_test"
    ) throws -> Report {
        let parser = ReportParser()
        var output = [UInt8](repeating: 0xAA, count: encodedReportBound(bodyBytes: body.count))
        // A body of its exact size in memory of its own: a read behind it is caught by the sanitizer.
        let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: body.count, alignment: 1)
        defer { exact.deallocate() }
        exact.copyBytes(from: body)
        var app = app
        let encoded = try app.withUTF8 { app in
            try output.withUnsafeMutableBytes { output in
                try parser.parse(
                    UnsafeRawBufferPointer(exact),
                    plan: plan,
                    circumstances: .init(
                        app: UnsafeRawBufferPointer(app),
                        nowSeconds: now,
                        arrivalMicroseconds: arrival
                    ),
                    into: output
                )
            }
        }
        return try output.withUnsafeBytes { output in
            let stored = try StoredReport(UnsafeRawBufferPointer(rebasing: output[..<encoded.sizeBytes]))
            var items: [Item] = []
            try stored.forEachItem { _, item in
                items.append(
                    Item(
                        eventTime: item.eventTime,
                        channel: item.channel,
                        operateID: item.operateID,
                        pageID: item.pageID,
                        posID: item.posID,
                        prevID: item.prevID,
                        traceID: item.traceID.map { String(decoding: $0, as: UTF8.self) },
                        durationSeconds: item.durationSeconds
                    )
                )
            }
            precondition(stored.itemCount == encoded.items && stored.arrivalMicroseconds == arrival)
            return Report(
                app: String(decoding: stored.app, as: UTF8.self),
                uid: String(decoding: stored.uid, as: UTF8.self),
                openid: String(decoding: stored.openid, as: UTF8.self),
                deviceType: stored.deviceType,
                businessType: stored.businessType,
                mayBeRepeated: stored.mayBeRepeated,
                items: items
            )
        }
    }

    package static func parse(_ body: String) throws -> Report { try parse(Array(body.utf8)) }

    /// What the client is told; nil where the body is accepted.
    package static func detail(_ body: String, plan: PlanTable = PlanTable(.contract)) -> String? {
        detail(Array(body.utf8), plan: plan)
    }

    package static func detail(_ body: [UInt8], plan: PlanTable = PlanTable(.contract)) -> String? {
        do {
            _ = try parse(body, plan: plan)
            return nil
        } catch let rejection as Rejection {
            return rejection.detail
        } catch {
            return "unexpected error: \(error)"
        }
    }

    /// A report with one item of these fields.
    package static func item(_ fields: String) -> String {
        #"{"head":{"uid":"u","openid":"o"},"items":[{\#(fields)}]}"#
    }
}
