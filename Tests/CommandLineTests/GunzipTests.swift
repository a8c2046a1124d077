import Foundation
import Testing
import footprint

@Suite struct GunzipTests {
    /// As the machine's own gzip makes it.
    private static func gzip(_ text: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-c"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // Small enough for both pipes to hold.
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let packed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(packed)
    }

    private static func unpack(_ packed: [UInt8], pieces: Int) throws -> String {
        var gunzip = try Gunzip()
        var unpacked: [UInt8] = []
        var rest = packed[...]
        while !rest.isEmpty {
            try Array(rest.prefix(pieces)).withUnsafeBytes { piece in
                try gunzip.feed(piece) { unpacked += $0 }
            }
            rest = rest.dropFirst(pieces)
        }
        try gunzip.finish()
        return String(decoding: unpacked, as: UTF8.self)
    }

    @Test("a file unpacks however its bytes come", arguments: [1, 7, 1_000, 1_000_000])
    func pieces(_ pieces: Int) throws {
        // Far more than one output buffer, from a few bytes of input.
        let text = String(repeating: "{\"uid\":\"用户\"}\n", count: 40_000)
        #expect(try Self.unpack(Self.gzip(text), pieces: pieces) == text)
    }

    @Test("members end to end are one stream", arguments: [1, 5, 1_000])
    func members(_ pieces: Int) throws {
        let packed = try Self.gzip("a\n") + Self.gzip("") + Self.gzip("b\n")
        #expect(try Self.unpack(packed, pieces: pieces) == "a\nb\n")
    }

    @Test("a stream that is cut short is said to be, wherever it is cut")
    func cut() throws {
        let packed = try Self.gzip("hello, world\n")
        for length in 0..<packed.count {
            #expect(throws: Gunzip.Damaged("the gzip stream is cut short")) {
                try Self.unpack(Array(packed.prefix(length)), pieces: 4)
            }
        }
    }

    @Test("a wrong byte in the checksum is noticed")
    func damaged() throws {
        var packed = try Self.gzip("hello, world\n")
        packed[packed.count - 6] ^= 1
        #expect(throws: Gunzip.Damaged("the gzip stream is damaged")) {
            try Self.unpack(packed, pieces: 1_000)
        }
    }
}
