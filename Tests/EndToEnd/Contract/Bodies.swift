import Testing

extension Contract {
    /// Size and packing of the body. The limit is the default, 1 MiB.
    @Suite("The body's size and packing")
    struct Bodies {
        static let limit = 1 << 20

        // MARK: - The limit

        @Test("a body of exactly 1 MiB is accepted")
        func exactly() throws {
            let body = ReportBody.padded(to: Self.limit, uid: ReportBody.newUser())
            #expect(body.count == Self.limit)
            expectStored(try RunningServer.current.report(body))
        }

        @Test(
            "a body over 1 MiB is answered 413 and 1004, and the client gets to read it",
            arguments: [1, 1000, 3 << 20]
        )
        func over(by excess: Int) async throws {
            let server = try RunningServer.current
            let body = ReportBody.padded(to: Self.limit + excess, uid: ReportBody.newUser())
            let token = server.token
            let answer = try await onOwnThread { try server.ask(.report(body, token: token)) }
            expectAnswer(answer, status: 413, body: Fixed.tooLarge)
        }

        @Test("chunks over 1 MiB in all are answered 413")
        func chunksOver() async throws {
            let server = try RunningServer.current
            let request = HTTPRequest.report(
                ReportBody.padded(to: Self.limit + 1, uid: ReportBody.newUser()),
                token: server.token
            )
            let answer = try await onOwnThread {
                let connection = try server.connection()
                connection.sendWhileOpen(request.chunked(by: 10_000))
                return try connection.answer()
            }
            expectAnswer(answer, status: 413, body: Fixed.tooLarge)
        }

        @Test("chunks of exactly 1 MiB in all are accepted")
        func chunksExactly() async throws {
            let server = try RunningServer.current
            let request = HTTPRequest.report(
                ReportBody.padded(to: Self.limit, uid: ReportBody.newUser()),
                token: server.token
            )
            let answer = try await onOwnThread {
                let connection = try server.connection()
                try connection.send(request.chunked(by: 4_096))
                return try connection.answer()
            }
            expectStored(answer)
        }

        @Test(
            "a length that nobody can mean is refused before a byte of the body came",
            arguments: ["1073741824", "9223372036854775807"]
        )
        func announcedOver(length: String) throws {
            let server = try RunningServer.current
            let connection = try server.connection()
            var request = HTTPRequest.report("", token: server.token).with("Content-Length", length)
            request.hasLength = false
            try connection.send(request.bytes)
            expectAnswer(try connection.answer(), status: 413, body: Fixed.tooLarge)
        }

        // MARK: - gzip

        @Test("a gzip body is unpacked", arguments: ["gzip", "GZIP", "Gzip"])
        func gzip(coding: String) async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("gzip")
            let body = try await Gzip.packed(ReportBody.text(uid: uid, items: #"[{"page_id":31}]"#).utf8)
            expectStored(try server.ask(.report(body, token: server.token).with("Content-Encoding", coding)))
            #expect(try await server.events(of: uid).map { $0["page_id"] } == [31])
        }

        @Test("a gzip body in chunks is unpacked")
        func gzipInChunks() async throws {
            let server = try RunningServer.current
            let body = try await Gzip.packed(ReportBody.text(items: "[{}]").utf8)
            let connection = try server.connection()
            let request = HTTPRequest.report(body, token: server.token).with("Content-Encoding", "gzip")
            try connection.send(request.chunked(by: 7))
            expectStored(try connection.answer())
        }

        @Test("members of gzip one after the other are one body, as RFC 1952 says")
        func members() async throws {
            let server = try RunningServer.current
            let text = Array(ReportBody.text(items: "[{}]").utf8)
            let body = try await Gzip.packed(text.prefix(20)) + Gzip.packed(text.dropFirst(20))
            expectStored(try server.ask(.report(body, token: server.token).with("Content-Encoding", "gzip")))
        }

        @Test("a gzip body that stops early is refused, wherever it stops")
        func truncated() async throws {
            let server = try RunningServer.current
            let body = try await Gzip.packed(ReportBody.text(items: #"[{"page_id":1}]"#).utf8)
            let connection = try server.connection()
            for length in 0..<body.count {
                let request = HTTPRequest.report(body.prefix(length), token: server.token)
                try connection.send(request.with("Content-Encoding", "gzip").bytes)
                expectRefused(try connection.answer(), .something)
            }
        }

        @Test("a gzip body with a wrong checksum or length is refused")
        func damaged() async throws {
            let server = try RunningServer.current
            let body = try await Gzip.packed(ReportBody.text(items: #"[{"page_id":1}]"#).utf8)
            for index in body.indices.suffix(8) {
                var damaged = body
                damaged[index] ^= 0x55
                let request = HTTPRequest.report(damaged, token: server.token).with("Content-Encoding", "gzip")
                expectRefused(try server.ask(request), .something)
            }
        }

        @Test("what is no gzip is refused")
        func noGzip() throws {
            let server = try RunningServer.current
            let plain = HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token)
            expectRefused(try server.ask(plain.with("Content-Encoding", "gzip")), .something)
        }

        @Test("another coding is refused", arguments: ["br", "deflate", "zstd", "compress", "gzip, gzip", "x"])
        func otherCoding(coding: String) throws {
            let server = try RunningServer.current
            let plain = HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token)
            expectRefused(try server.ask(plain.with("Content-Encoding", coding)), .something)
        }

        @Test("the limit holds for the unpacked size: exactly 1 MiB is accepted, a byte more is 413")
        func unpackedLimit() async throws {
            let server = try RunningServer.current
            let exact = try await Gzip.packed(ReportBody.padded(to: Self.limit, uid: ReportBody.newUser()))
            expectStored(try server.ask(.report(exact, token: server.token).with("Content-Encoding", "gzip")))
            let over = try await Gzip.packed(ReportBody.padded(to: Self.limit + 1, uid: ReportBody.newUser()))
            let answer = try server.ask(.report(over, token: server.token).with("Content-Encoding", "gzip"))
            expectAnswer(answer, status: 413, body: Fixed.tooLarge)
        }

        @Test("a gzip bomb is 413, again and again")
        func bomb() async throws {
            let server = try RunningServer.current
            let bomb = try await Gzip.packed([UInt8](repeating: UInt8(ascii: " "), count: 64 << 20))
            #expect(bomb.count < Self.limit)
            let connection = try server.connection()
            for _ in 0..<8 {
                try connection.send(
                    HTTPRequest.report(bomb, token: server.token).with("Content-Encoding", "gzip").bytes
                )
                expectAnswer(try connection.answer(), status: 413, body: Fixed.tooLarge)
            }
        }
    }
}
