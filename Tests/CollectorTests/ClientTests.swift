import Collector
import Testing

@Suite("Who a client is")
struct ClientTests {
    @Test("addresses are read and written as the standards spell them; what is none is none")
    func addresses() {
        for text in ["192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1", "fe80::1:2:3:4"] {
            #expect(InternetAddress(text)?.description == text)
        }
        #expect(InternetAddress("::ffff:192.0.2.1") == InternetAddress("192.0.2.1"))
        for text in ["", "192.0.2", "192.0.2.256", "localhost", "1.2.3.4:80", "[::1]", " 1.2.3.4", "::g"] {
            #expect(InternetAddress(text) == nil, "\(text)")
        }
    }

    @Test("a limit counts an IPv4 address, or the /64 of an IPv6 one")
    func networks() {
        #expect(InternetAddress("192.0.2.1")?.network == InternetAddress("192.0.2.1"))
        #expect(InternetAddress("2001:db8:1:2:3:4:5:6")?.network == InternetAddress("2001:db8:1:2::"))
        #expect(InternetAddress("::1")?.network == InternetAddress("::"))
    }

    @Test(
        "ranges hold what they should, and nothing beside it",
        arguments: [
            ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["11.0.0.0", "9.255.255.255", "::1", "a00::"]),
            ("192.0.2.64/26", ["192.0.2.64", "192.0.2.127"], ["192.0.2.63", "192.0.2.128"]),
            ("192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
            ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::1", "2001:db8::"]),
            ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"], ["2001:db9::", "1.2.3.4"]),
            ("2001:db8:0:0:8000::/65", ["2001:db8::8000:0:0:0"], ["2001:db8::7fff:0:0:0"]),
            ("::1", ["::1"], ["::", "::2", "127.0.0.1"]),
            ("::/0", ["::", "1.2.3.4", "ffff::"], []),
        ] as [(String, [String], [String])]
    )
    func ranges(text: String, inside: [String], outside: [String]) throws {
        let range = try #require(AddressRange(text))
        for address in inside { #expect(range.contains(try #require(InternetAddress(address))), "\(address)") }
        for address in outside { #expect(!range.contains(try #require(InternetAddress(address))), "\(address)") }
    }

    @Test(
        "a range that is none, or says two things, is refused",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::1/129", "10.0.0.0/+8", "nobody", "2001:db8::1/32",
        ]
    )
    func noRanges(text: String) {
        #expect(AddressRange(text) == nil)
    }

    /// What the client of a request is, with these proxies trusted.
    private func client(_ headers: String, peer: String = "10.0.0.9", trusted: [String] = ["10.0.0.0/8"])
        -> ForwardedClient
    {
        let head = Array("GET / HTTP/1.1\r\nHost: h\r\n\(headers)\r\n".utf8)
        return head.withUnsafeBytes {
            ForwardedClient(
                peer: InternetAddress(peer),
                isSecure: false,
                head: $0,
                trusted: trusted.compactMap { AddressRange($0) }
            )
        }
    }

    @Test("nobody is believed unless told so, and only whom the list names")
    func untrusted() {
        let headers = "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n"
        let nobody = client(headers, trusted: [])
        #expect(nobody.address == InternetAddress("10.0.0.9"))
        #expect(!nobody.isSecure)
        #expect(client(headers, peer: "192.0.2.9").address == InternetAddress("192.0.2.9"))
    }

    @Test(
        "the last address that is no trusted proxy's is the client's",
        arguments: [
            ("X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"),
            ("x-forwarded-for:203.0.113.7  \r\n", "203.0.113.7"),
            // What the client wrote itself stands before what the proxy saw.
            ("X-Forwarded-For: 1.1.1.1, 203.0.113.7\r\n", "203.0.113.7"),
            ("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"),
            ("X-Forwarded-For: 203.0.113.7, 10.1.1.1, 10.2.2.2\r\n", "203.0.113.7"),
            // All of them ours: the farthest.
            ("X-Forwarded-For: 10.1.1.1, 10.2.2.2\r\n", "10.1.1.1"),
            ("X-Forwarded-For: 203.0.113.7, nonsense, 10.2.2.2\r\n", "10.2.2.2"),
            ("X-Forwarded-For: 203.0.113.7:5060\r\n", "203.0.113.7"),
            ("X-Forwarded-For: [2001:db8::7]:443\r\n", "2001:db8::7"),
            ("X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7"),
            ("X-Forwarded-For: \r\n", "10.0.0.9"),
            ("X-Forwarded-For: ,,\r\n", "10.0.0.9"),
            ("", "10.0.0.9"),
            ("X-Forwarded-Fo: 203.0.113.7\r\n", "10.0.0.9"),
        ]
    )
    func forwarded(headers: String, address: String) {
        #expect(client(headers).address == InternetAddress(address))
    }

    @Test("a trusted proxy says whether the client spoke https")
    func proto() {
        #expect(client("X-Forwarded-Proto: https\r\n").isSecure)
        #expect(client("X-Forwarded-Proto: HTTPS\r\n").isSecure)
        #expect(!client("X-Forwarded-Proto: http\r\n").isSecure)
    }
}

@Suite("Limits of so many a second")
struct RateLimiterTests {
    private let second: UInt64 = 1_000_000_000

    @Test("five seconds' worth at once, then so many a second, then five seconds' worth again after a rest")
    func bucket() {
        let limiter = RateLimiter<Int>(perSecond: 2)
        for _ in 0..<10 { #expect(limiter.secondsToWait(1, nowNanoseconds: 0) == nil) }
        #expect(limiter.secondsToWait(1, nowNanoseconds: 0) == 1)
        #expect(limiter.secondsToWait(1, nowNanoseconds: second / 4) == 1)
        #expect(limiter.secondsToWait(1, nowNanoseconds: second / 2) == nil)
        #expect(limiter.secondsToWait(1, nowNanoseconds: second / 2) == 1)
        // Another key has its own.
        #expect(limiter.secondsToWait(2, nowNanoseconds: second / 2) == nil)
        for _ in 0..<10 { #expect(limiter.secondsToWait(1, nowNanoseconds: 100 * second) == nil) }
        #expect(limiter.secondsToWait(1, nowNanoseconds: 100 * second) == 1)
        // A clock that stands or goes back fills nothing, and harms nothing.
        #expect(limiter.secondsToWait(1, nowNanoseconds: 0) == 1)
    }

    @Test("none is none, and one that is set later holds")
    func off() {
        let limiter = RateLimiter<Int>(perSecond: 0)
        #expect(limiter.isOff)
        for _ in 0..<1_000 { #expect(limiter.secondsToWait(1, nowNanoseconds: 0) == nil) }
        #expect(limiter.count == 0)
        limiter.set(perSecond: 1)
        for _ in 0..<5 { #expect(limiter.secondsToWait(1, nowNanoseconds: 0) == nil) }
        #expect(limiter.secondsToWait(1, nowNanoseconds: 0) == 1)
    }

    @Test("a million keys take no more room than the limit, and a key in use keeps its bucket among them")
    func bounded() {
        let limiter = RateLimiter<Int>(perSecond: 1, keyLimit: 1_000)
        for _ in 0..<5 { _ = limiter.secondsToWait(-1, nowNanoseconds: 0) }
        for key in 0..<1_000_000 {
            _ = limiter.secondsToWait(key, nowNanoseconds: 0)
            if key % 100 == 0 { #expect(limiter.secondsToWait(-1, nowNanoseconds: 0) == 1) }
            if key % 10_000 == 0 { #expect(limiter.count <= 1_000) }
        }
        #expect(limiter.count <= 1_000)
    }
}
