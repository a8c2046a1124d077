import Collector
import Journal
import Synchronization
import Testing

@Suite("The front door")
struct CollectorTests {
    static let stored = #"{"ret":0,"msg":""}"#
    static let busy = #"{"ret":1005,"msg":"服务繁忙，请稍后再试"}"#

    @Test("answers 0 when the report is in the journal, on one connection again and again")
    func stores() async throws {
        let running = try await RunningCollector()
        let wire = try Wire(port: running.port)
        for number in 1...20 {
            let answer = await wire.send(running.report("u\(number)")).read(until: "}")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix(Self.stored))
            #expect(try running.records() == number)
        }
        try await running.stop()
    }

    @Test("answers a hundred pipelined requests of all kinds in their order")
    func pipelining() async throws {
        let running = try await RunningCollector()
        let wire = try Wire(port: running.port)
        var requests = ""
        for number in 0..<100 {
            switch number % 5 {
            case 0, 1: requests += running.report("u\(number)")
            case 2: requests += running.report("u").replacing(#""page_id":1"#, with: #""page_id":x"#)
            case 3: requests += "GET /echo\(number) HTTP/1.1\r\nHost: h\r\n\r\n"
            default: requests += "DELETE /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: h\r\n\r\n"
            }
        }
        wire.send(requests)
        // All but the twenty echoes, which have no body, end so.
        let answers = await wire.read(until: #""}"#, count: 80)
        let lines = answers.split(separator: "HTTP/1.1 ").map(String.init)
        try #require(lines.count == 100)
        for (number, answer) in lines.enumerated() {
            switch number % 5 {
            case 0, 1: #expect(answer.contains(Self.stored), "\(number)")
            case 2: #expect(answer.contains("1001"), "\(number)")
            case 3: #expect(answer.contains("X-Target: GET /echo\(number)\r\n"), "\(number)")
            default: #expect(answer.hasPrefix("405") && answer.contains("Allow: POST, OPTIONS"), "\(number)")
            }
        }
        #expect(try running.records() == 40)
        #expect(try running.records(.refused) == 20)
        try await running.stop()
    }

    @Test("takes a request however it is cut into pieces")
    func pieces() async throws {
        // Two milliseconds of sleep can be ten seconds where other tests keep the processors busy.
        let running = try await RunningCollector { settings in
            settings.limits.headerTimeoutSeconds = 300
            settings.limits.bodyTimeoutSeconds = 300
        }
        let request = running.report("piece")
        let wire = try Wire(port: running.port)
        for cut in stride(from: 1, to: request.utf8.count, by: 7) {
            let bytes = Array(request.utf8)
            wire.send(String(decoding: bytes[..<cut], as: UTF8.self))
            try await Task.sleep(for: .milliseconds(2))
            wire.send(String(decoding: bytes[cut...], as: UTF8.self))
            let answer = await wire.read(until: "}")
            #expect(answer.hasSuffix(Self.stored), "cut at \(cut): \(answer)")
        }
        try await running.stop()
    }

    @Test("passes bodies on to others, streams their answers, and closes where one failed")
    func others() async throws {
        let running = try await RunningCollector()
        let wire = try Wire(port: running.port)
        wire.send(
            "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n"
        )
        #expect(await wire.read(until: "abcde").contains("X-Target: PUT /echo\r\n"))
        wire.send("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz")
        #expect(await wire.read(until: "0\r\n\r\n").contains("\r\n3\r\nxyz\r\n0\r\n\r\n"))
        wire.send("HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n" + running.report())
        #expect(await wire.read(until: "msg").occurrences(of: "HTTP/1.1 200") == 2)
        #expect(await wire.send("GET /fail HTTP/1.1\r\nHost: h\r\n\r\n").readToEnd().hasSuffix(Self.busy))
        try await running.stop()
    }

    @Test("a client that stops in the middle of a head or a body is closed, others are served")
    func slowClients() async throws {
        let running = try await RunningCollector { settings in
            settings.limits.headerTimeoutSeconds = 1
            settings.limits.bodyTimeoutSeconds = 1
        }
        var slow: [Wire] = []
        for number in 0..<300 {
            let wire = try Wire(port: running.port)
            let request = running.report()
            wire.send(String(request.prefix(number % 2 == 0 ? 30 : request.count - 5)))
            slow.append(wire)
        }
        let wire = try Wire(port: running.port)
        #expect(await wire.send(running.report()).read(until: "}").hasSuffix(Self.stored))
        for wire in slow { #expect(await wire.readToEnd().hasPrefix("HTTP/1.1 408 ")) }
        #expect(running.collector.counters.connectionsTimedOut.load(ordering: .relaxed) == 300)
        #expect(await wire.send(running.report()).read(until: "}").hasSuffix(Self.stored))
        try await running.stop()
    }

    @Test("an idle connection is closed, a busy one is not")
    func idle() async throws {
        let running = try await RunningCollector { $0.limits.idleTimeoutSeconds = 1 }
        let wire = try Wire(port: running.port)
        #expect(await wire.send(running.report()).read(until: "}").hasSuffix(Self.stored))
        #expect(await wire.readToEnd().isEmpty)
        try await running.stop()
    }

    @Test("more connections than the limit are told to come back")
    func connectionLimit() async throws {
        let running = try await RunningCollector { $0.limits.connectionLimit = 5 }
        var wires: [Wire] = []
        for _ in 0..<5 {
            let wire = try Wire(port: running.port)
            #expect(await wire.send(running.report()).read(until: "}").hasSuffix(Self.stored))
            wires.append(wire)
        }
        let answer = try await Wire(port: running.port).readToEnd()
        #expect(
            answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: 1\r\n") && answer.hasSuffix(Self.busy)
        )
        wires.removeAll()
        while running.collector.counters.connectionsOpen.load(ordering: .relaxed) > 0 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await Wire(port: running.port).send(running.report()).read(until: "}").hasSuffix(Self.stored))
        try await running.stop()
    }

    @Test(
        "half-sent bodies over the memory limit are refused, and memory is given back",
        arguments: ["Content-Length: 400000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n61A80\r\n"]
    )
    func bufferLimit(framing: String) async throws {
        let running = try await RunningCollector { $0.limits.bufferLimitBytes = 1 << 20 }
        var wires: [Wire] = []
        var refused = 0
        for _ in 0..<8 {
            let wire = try Wire(port: running.port)
            wire.send(
                "POST /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: h\r\nAuthorization: \(running.token)\r\n"
                    + "Content-Type: application/json\r\n" + framing
            )
            wires.append(wire)
        }
        // By itself: what a read brings is then all taken, and counts nevertheless.
        try await Task.sleep(for: .milliseconds(50))
        for wire in wires { wire.send(String(repeating: " ", count: 300_000)) }
        // All of it has come when no more does; an end that came before would let one go after the other.
        var buffered = -1
        while running.collector.counters.bufferedBytes.load(ordering: .relaxed) != buffered {
            buffered = running.collector.counters.bufferedBytes.load(ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(200))
        }
        for wire in wires {
            wire.shutdownWriting()
            if await wire.readToEnd().hasSuffix(Self.busy) { refused += 1 }
        }
        #expect(refused >= 4)
        while running.collector.counters.bufferedBytes.load(ordering: .relaxed) > 0 {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await Wire(port: running.port).send(running.report()).read(until: "}").hasSuffix(Self.stored))
        try await running.stop()
    }

    @Test("a full disk is answered 1005 at once, what was acknowledged stays, and space makes it work again")
    func diskFull() async throws {
        let running = try await RunningCollector()
        let wire = try Wire(port: running.port)
        #expect(await wire.send(running.report()).read(until: "}").hasSuffix(Self.stored))
        running.disk.isFull.store(true, ordering: .relaxed)
        for _ in 0..<3 {
            let answer = await wire.send(running.report()).read(until: "}")
            #expect(
                answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: ") && answer.hasSuffix(Self.busy)
            )
        }
        #expect(try running.records() == 1)
        running.disk.isFull.store(false, ordering: .relaxed)
        #expect(await wire.send(running.report()).read(until: "}").hasSuffix(Self.stored))
        #expect(try running.records() == 2)
        try await running.stop()
    }

    @Test("while the disk is stuck, more waiting than may is answered 1005, and the rest when it goes on")
    func waitingLimit() async throws {
        let running = try await RunningCollector(waitingBytesLimit: 1_000)
        let first = try Wire(port: running.port)
        #expect(await first.send(running.report()).read(until: "}").hasSuffix(Self.stored))
        running.disk.isStuck.store(true, ordering: .relaxed)
        first.send(running.report())
        while running.disk.syncsThatWait.load(ordering: .relaxed) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        // Connections are dealt out in turn: the second one is not on the loop that commits.
        let second = try Wire(port: running.port)
        let answers = await second.send(String(repeating: running.report(), count: 20)).read(until: "}", count: 20)
        #expect(answers.occurrences(of: "HTTP/1.1 503 ") == 20 && answers.occurrences(of: Self.busy) == 20)
        running.disk.isStuck.store(false, ordering: .relaxed)
        #expect(await first.read(until: "}").hasSuffix(Self.stored))
        #expect(try running.records() == 2)
        try await running.stop()
    }

    @Test("a drain answers what was taken, refuses what comes, and closes")
    func drain() async throws {
        let running = try await RunningCollector()
        let idle = try Wire(port: running.port)
        #expect(await idle.send(running.report()).read(until: "}").hasSuffix(Self.stored))
        let slow = try Wire(port: running.port)
        slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        let half = try Wire(port: running.port)
        half.send(String(running.report().dropLast(3)))
        try await Task.sleep(for: .milliseconds(50))
        await running.collector.drain(timeoutSeconds: 3)
        // Again, as `stop` does: a descriptor that is closed twice is by then somebody else's.
        let another = try await RunningCollector()
        await running.collector.drain(timeoutSeconds: 0)
        let beside = try Wire(port: another.port)
        #expect(await beside.send(another.report()).read(until: "}").hasSuffix(Self.stored))
        try await another.stop()
        #expect(await idle.readToEnd().isEmpty)
        #expect(await slow.readToEnd().hasPrefix("HTTP/1.1 200 "))
        #expect(await half.readToEnd().hasSuffix(Self.busy))
        // The system may have given the port to somebody else by now: what counts is that we let nobody in.
        let late = try? Wire(port: running.port)
        try await Task.sleep(for: .milliseconds(50))
        #expect(running.collector.counters.connectionsOpen.load(ordering: .relaxed) == 0)
        withExtendedLifetime(late) {}
        try await running.stop()
    }

    @Test(
        "HTTP that two readers could read two ways is refused, and the connection closed",
        arguments: [
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\nabc", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\nabc", "413"),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
            ("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400"),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost : h\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", "400"),
            ("GET / HTTP/1.1\nHost: h\n\n", "400"),
            ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
            ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505"),
            ("GET / HTTP/1.2\r\nHost: h\r\n\r\n", "505"),
            ("GET / HTTX/1.1\r\nHost: h\r\n\r\n", "400"),
            ("G\u{1}T / HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: a\u{1}b\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: h\r\nExpect: a-miracle\r\n\r\n", "417"),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n", "431"),
        ]
    )
    func strictHTTP(_ request: String, _ status: String) async throws {
        let running = try await RunningCollector()
        let answer = try await Wire(port: running.port).send(request + running.report()).readToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.occurrences(of: "HTTP/1.1 ") == 1)
        #expect(try running.records() == 0)
        try await running.stop()
    }
}
