import Testing

extension Contract {
    /// Where one request ends and the next begins: strict, because two readers who disagree about it can be played off
    /// against each other.
    @Suite("HTTP/1.1")
    struct Framing {
        private static func good(_ server: Footprint) -> HTTPRequest {
            .report(ReportBody.text(items: "[{}]"), token: server.token)
        }

        /// Sends bytes that are no proper request: 400, and the connection ends.
        private func expectBadRequest(
            _ bytes: [UInt8],
            statuses: Set<Int> = [400],
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let server = try RunningServer.current
            let connection = try server.connection(timeoutSeconds: 20)
            // A request behind it must not be answered: its beginning cannot be known.
            connection.sendWhileOpen(bytes + HTTPRequest.get("/healthz").bytes)
            let answer = try connection.answer()
            #expect(statuses.contains(answer.status), "\(answer)", sourceLocation: sourceLocation)
            let rest = try connection.bytesUntilClose()
            #expect(
                rest.isEmpty,
                "answered after a bad request: \(String(decoding: rest, as: UTF8.self))",
                sourceLocation: sourceLocation
            )
        }

        // MARK: - Keep-alive and pipelining

        @Test("a connection serves one report after the other")
        func keepAlive() throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            for _ in 0..<50 {
                try connection.send(Self.good(server).bytes)
                expectStored(try connection.answer())
            }
        }

        @Test("twenty reports in one write are answered twenty times, in order")
        func pipelining() throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            var bytes: [UInt8] = []
            for index in 0..<20 {
                // Odd ones are wrong at a place that tells them apart.
                let items =
                    "[" + String(repeating: "{},", count: index) + (index % 2 == 0 ? "{}]" : #"{"page_id":"x"}]"#)
                bytes += HTTPRequest.report(ReportBody.text(items: items), token: server.token).bytes
            }
            try connection.send(bytes)
            for index in 0..<20 {
                let answer = try connection.answer()
                if index % 2 == 0 {
                    expectStored(answer, "answer \(index)")
                } else {
                    expectRefused(answer, .exactly("items[\(index)].page_id: expected an integer, found a string"))
                }
            }
        }

        @Test("requests of every kind in one write are answered in order")
        func mixedPipeline() throws {
            let server = try RunningServer.current
            let good = Self.good(server)
            var get = good
            get.method = "GET"
            var elsewhere = good
            elsewhere.target = "/upbot/api/Nothing"
            let gate = server.installation.adminToken
            let requests: [(HTTPRequest, (HTTPAnswer) -> Bool)] = [
                (good, { $0.text == Fixed.stored }),
                (.get("/healthz"), { $0.status == 200 && $0.ret == nil || $0.text != Fixed.stored }),
                (good.with("Authorization", "wrong"), { $0.status == 401 }),
                (.get("/api/v1/overview", authorization: gate), { $0.json?["data"]?["pv"] != nil }),
                (good, { $0.text == Fixed.stored }),
                (elsewhere, { $0.status == 404 }),
                (get, { $0.status == 405 }),
                (good.with("Content-Type", "text/plain"), { $0.ret == 1001 }),
                (.get("/api/v1/overview?from=nonsense", authorization: gate), { $0.status == 400 }),
                (good, { $0.text == Fixed.stored }),
                (.get("/readyz"), { $0.status == 200 }),
                (good, { $0.text == Fixed.stored }),
            ]
            let connection = try server.connection()
            try connection.send(requests.flatMap { $0.0.bytes })
            for (index, request) in requests.enumerated() {
                let answer = try connection.answer()
                #expect(request.1(answer), "answer \(index): \(answer)")
            }
        }

        @Test("a report that comes byte by byte is a report")
        func byteByByte() async throws {
            let server = try RunningServer.current
            let answers = try await onOwnThread {
                let connection = try server.connection()
                for byte in Self.good(server).bytes { try connection.send([byte]) }
                let whole = try connection.answer()
                for byte in Self.good(server).chunked(by: 3, trailers: "X-T: 1\r\n") { try connection.send([byte]) }
                return [whole, try connection.answer()]
            }
            for answer in answers { expectStored(answer) }
        }

        @Test(
            "Connection: close is kept: one answer, then the end",
            arguments: ["close", "Close", "keep-alive, close"]
        )
        func close(value: String) throws {
            let server = try RunningServer.current
            let connection = try server.connection(timeoutSeconds: 10)
            try connection.send(Self.good(server).with("Connection", value).bytes)
            let answer = try connection.answer()
            expectStored(answer)
            #expect(answer["Connection"]?.lowercased() == "close")
            #expect(try connection.bytesUntilClose().isEmpty)
        }

        @Test("HTTP/1.0 gets its answer, and the connection ends")
        func oldVersion() throws {
            let server = try RunningServer.current
            let connection = try server.connection(timeoutSeconds: 10)
            var request = Self.good(server)
            request.version = "HTTP/1.0"
            try connection.send(request.bytes)
            expectStored(try connection.answer())
            #expect(try connection.bytesUntilClose().isEmpty)
        }

        @Test("a client that stops sending after its request still gets the answer")
        func halfClosed() throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            try connection.send(Self.good(server).bytes)
            connection.finishSending()
            expectStored(try connection.answer())
        }

        @Test("a client that goes away in the middle disturbs nobody")
        func goneAway() throws {
            let server = try RunningServer.current
            let bytes = Self.good(server).bytes
            for length in stride(from: 1, to: bytes.count, by: 11) {
                let connection = try server.connection()
                try connection.send(bytes.prefix(length))
                if length % 2 == 0 { connection.reset() }
            }
            expectStored(try server.ask(Self.good(server)))
        }

        @Test("Expect: 100-continue is answered before the body comes")
        func expectContinue() throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            for expectation in ["100-continue", "100-Continue"] {
                let request = Self.good(server).with("Expect", expectation)
                try connection.send(request.bytes.dropLast(request.body.count))
                #expect(try connection.answer(interim: true).status == 100)
                try connection.send(request.body)
                expectStored(try connection.answer(interim: true))
            }
        }

        @Test("Expect: 100-continue for a body over the limit is answered 413 instead")
        func expectTooLarge() throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            var request = HTTPRequest.report("", token: server.token).with("Expect", "100-continue")
            request = request.with("Content-Length", "\((1 << 20) + 1)")
            request.hasLength = false
            try connection.send(request.bytes)
            expectAnswer(try connection.answer(interim: true), status: 413, body: Fixed.tooLarge)
        }

        // MARK: - Chunks

        @Test("chunks of any size make a body", arguments: [1, 2, 7, 16, 1000])
        func chunked(size: Int) throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            try connection.send(Self.good(server).chunked(by: size))
            expectStored(try connection.answer())
            try connection.send(Self.good(server).bytes)
            expectStored(try connection.answer())
        }

        /// A chunked request with this text behind the headers.
        private static func chunked(_ server: Footprint, raw: String) -> [UInt8] {
            var request = good(server).with("Transfer-Encoding", "chunked")
            request.hasLength = false
            request.body = Array(raw.utf8)
            return request.bytes
        }

        @Test("chunk extensions, capital digits, leading zeros and trailers are read over")
        func chunkOrnaments() throws {
            let server = try RunningServer.current
            let body = ReportBody.text(items: "[{}]")
            let size = String(body.utf8.count, radix: 16, uppercase: true)
            let connection = try server.connection()
            for raw in [
                "\(size);name=value\r\n\(body)\r\n0\r\n\r\n",
                "\(size);a;b=\"c;d\"\r\n\(body)\r\n0;last\r\n\r\n",
                "0000\(size)\r\n\(body)\r\n000\r\n\r\n",
                "\(size)\r\n\(body)\r\n0\r\nX-Checksum: 1\r\nX-Other: 2\r\n\r\n",
            ] {
                try connection.send(Self.chunked(server, raw: raw))
                expectStored(try connection.answer(), "\(raw)")
            }
        }

        @Test(
            "a chunk that is malformed is 400 and the end",
            arguments: [
                "x\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n0\r\n\r\n", "+2\r\n{}\r\n0\r\n\r\n", "0x2\r\n{}\r\n0\r\n\r\n",
                "\r\n{}\r\n0\r\n\r\n", " 2\r\n{}\r\n0\r\n\r\n", "2\r\n{}xx0\r\n\r\n", "2\r\n{}\r\nzz\r\n\r\n",
                "10000000000000000\r\n{}\r\n0\r\n\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
                "2 2\r\n{}\r\n0\r\n\r\n",
            ]
        )
        func badChunk(raw: String) throws {
            let server = try RunningServer.current
            // A size beyond every limit may be called too large as well.
            try expectBadRequest(Self.chunked(server, raw: raw), statuses: raw.count > 30 ? [400, 413] : [400])
        }

        // MARK: - Lengths

        @Test("Content-Length and Transfer-Encoding together are 400 and the end, whichever comes first")
        func bothLengths() throws {
            let server = try RunningServer.current
            let body = "0\r\n\r\n"
            for headers in [
                [("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
                [("Transfer-Encoding", "chunked"), ("Content-Length", "5")],
                [("Transfer-Encoding", "Chunked"), ("Content-Length", "0")],
            ] {
                var request = HTTPRequest.report(body, token: server.token)
                request.hasLength = false
                request.headers += headers.map { (name: $0.0, value: $0.1) }
                try expectBadRequest(request.bytes)
            }
        }

        @Test("two different lengths are 400 and the end")
        func twoLengths() throws {
            let server = try RunningServer.current
            let body = ReportBody.text(items: "[{}]")
            let count = body.utf8.count
            for lengths in [[count, count + 1], [count + 1, count], [0, count], [count, 0]] {
                var request = HTTPRequest.report(body, token: server.token)
                request.hasLength = false
                request.headers += lengths.map { (name: "Content-Length", value: String($0)) }
                try expectBadRequest(request.bytes)
            }
        }

        @Test(
            "a length that is no number is 400 and the end",
            arguments: ["-1", "+5", "5x", "0x5", "5 5", "5, 6", "1e1", "", "five", "5.0", "99999999999999999999999"]
        )
        func badLength(value: String) throws {
            let server = try RunningServer.current
            var request = HTTPRequest.report("{}   ", token: server.token)
            request.hasLength = false
            request.headers.append(("Content-Length", value))
            try expectBadRequest(request.bytes, statuses: value.count > 20 ? [400, 413] : [400])
        }

        @Test(
            "a transfer coding that nobody knows is 400 or 501 and the end",
            arguments: ["gzip", "xchunked", "chunked, gzip", "identity, x"]
        )
        func otherTransferCoding(value: String) throws {
            let server = try RunningServer.current
            var request = HTTPRequest.report("0\r\n\r\n", token: server.token)
            request.hasLength = false
            request.headers.append(("Transfer-Encoding", value))
            try expectBadRequest(request.bytes, statuses: [400, 501])
        }

        // MARK: - Heads

        @Test(
            "a head that is malformed is 400 and the end",
            arguments: [
                "GARBAGE\r\n\r\n", "POST\r\n\r\n", "POST /upbot/api/ReportBehaviorData\r\n\r\n",
                "POST /upbot/api/ReportBehaviorData HTTP/1.1 extra\r\nHost: x\r\n\r\n",
                "POST /upbot/api/ReportBehaviorData HTP/1.1\r\nHost: x\r\n\r\n",
                "POST  /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: x\r\n\r\n",
                "P@ST /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "{\"head\":{}}\r\n\r\n",
                "\u{16}\u{3}\u{1}\u{2}\0\u{1}\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\r\n folded\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\nX-N\0UL: a\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
                "GET /health z HTTP/1.1\r\nHost: x\r\n\r\n", "GET /healthz HTTP/1.1\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
            ]
        )
        func badHead(head: String) throws {
            try expectBadRequest(Array(head.utf8))
        }

        @Test("another major version is refused", arguments: ["HTTP/2.0", "HTTP/0.9", "HTTP/3.0"])
        func otherVersion(version: String) throws {
            try expectBadRequest(Array("GET /healthz \(version)\r\nHost: x\r\n\r\n".utf8), statuses: [400, 505])
        }

        @Test("headers without end are refused, not collected")
        func oversizeHeaders() async throws {
            let server = try RunningServer.current
            let one =
                "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: " + String(repeating: "x", count: 1 << 20) + "\r\n\r\n"
            let many =
                "GET /healthz HTTP/1.1\r\nHost: x\r\n" + String(repeating: "X-Many: y\r\n", count: 100_000) + "\r\n"
            let line = "GET /" + String(repeating: "x", count: 1 << 20) + " HTTP/1.1\r\nHost: x\r\n\r\n"
            for head in [one, many, line] {
                let answer = try await onOwnThread {
                    let connection = try server.connection()
                    connection.sendWhileOpen(Array(head.utf8))
                    return try connection.answer()
                }
                #expect([400, 414, 431].contains(answer.status), "\(answer)")
            }
            #expect(try server.ask(.get("/healthz")).status == 200)
        }
    }
}
