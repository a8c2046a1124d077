import Foundation
import Testing

extension Lifecycle {
    /// The journal as `footprint journal verify` and the next start see it.
    @Suite("The journal on disk")
    struct JournalOnDisk {
        /// The largest file of the journal, and how many of its bytes are data: a segment may be longer than what it holds.
        private func segment(in data: String) throws -> (path: String, usedBytes: Int) {
            let folder = "\(data)/journal"
            let segments = try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
                let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
                return (path: "\(folder)/\(name)", usedBytes: (bytes.lastIndex { $0 != 0 } ?? -1) + 1)
            }
            return try #require(segments.max { $0.usedBytes < $1.usedBytes })
        }

        private func flip(byte offset: Int, of path: String) throws {
            let file = try FileHandle(forUpdating: URL(filePath: path))
            defer { try? file.close() }
            try file.seek(toOffset: UInt64(offset))
            let byte = try #require(try file.read(upToCount: 1)?.first)
            try file.seek(toOffset: UInt64(offset))
            try file.write(contentsOf: [byte ^ 0x40])
            try file.synchronize()
        }

        private func fill(_ server: Footprint, uid: String, reports: Int = 200) throws {
            let connection = try server.connection()
            for number in 0..<reports {
                let body = ReportBody.text(uid: uid, items: #"[{"page_id":\#(number)}]"#)
                try connection.send(HTTPRequest.report(body, token: server.token).bytes)
                expectStored(try connection.answer())
            }
        }

        @Test("verify is content with a good journal, and names the place of one flipped byte in the middle")
        func verify() async throws {
            try await Installation.with { installation in
                let data = installation.data
                let server = try await installation.serve(options: ["--journal-keep", "forever"])
                let uid = ReportBody.newUser("journal")
                try fill(server, uid: uid)
                try await server.stop()
                try await Program.output(of: ["journal", "verify", "--data", data])

                let (path, usedBytes) = try segment(in: data)
                try #require(usedBytes > 200 * 40)
                try flip(byte: usedBytes / 2, of: path)
                let finished = try await Program.run(["journal", "verify", "--data", data])
                #expect(finished.ending == .exit(1), "\(finished)")
                let said = finished.output + finished.errors
                let name = try #require(URL(filePath: path).lastPathComponent.split(separator: ".").first)
                #expect(said.contains(name), "\(finished)")
                // The record begins at or before the byte that was flipped, and less than a record's length before it.
                let numbers = said.split { !$0.isNumber }.compactMap { Int($0) }
                #expect(numbers.contains { (usedBytes / 2 - 200...usedBytes / 2).contains($0) }, "\(finished)")

                // Verifying changes nothing: it says the same again.
                #expect(try await Program.run(["journal", "verify", "--data", data]).ending == .exit(1))

                // Mended, it is content again.
                try flip(byte: usedBytes / 2, of: path)
                try await Program.output(of: ["journal", "verify", "--data", data])
            }
        }

        @Test("a server that was killed leaves a journal that verify is content with")
        func verifyAfterKill() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve()
                async let load = Load.run(on: server, named: "verify", until: Load.StopSign())
                try await Task.sleep(for: .milliseconds(300))
                try await server.killAtOnce()
                _ = try await load
                try await Program.output(of: ["journal", "verify", "--data", installation.data])
            }
        }

        @Test("a torn tail is cut, and everything before it is kept")
        func tornTail() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve()
                let uid = ReportBody.newUser("torn")
                try fill(server, uid: uid)
                try await server.killAtOnce()
                let (path, usedBytes) = try segment(in: installation.data)
                // What a write that a crash cut short may leave behind the last record.
                let file = try FileHandle(forUpdating: URL(filePath: path))
                try file.seek(toOffset: UInt64(usedBytes))
                try file.write(contentsOf: (0..<77).map { UInt8(truncatingIfNeeded: $0 &* 37 | 1) })
                try file.close()
                let again = try await installation.serve()
                expectStored(try again.report(ReportBody.text(uid: uid, items: #"[{"page_id":999}]"#)))
                let events = try await again.events(of: uid, atLeast: 201)
                #expect(Set(events.compactMap { $0["page_id"]?.int }) == Set(0..<200).union([999]))
                #expect(events.count == 201)
            }
        }

        @Test("damage in the middle does not keep the server from starting, and the log tells of it")
        func damageInTheMiddle() async throws {
            try await Installation.with { installation in
                let server = try await installation.serve(options: ["--journal-keep", "forever"])
                let uid = ReportBody.newUser("damage")
                try fill(server, uid: uid)
                _ = try await server.events(of: uid, atLeast: 200)
                try await server.stop()
                let (path, usedBytes) = try segment(in: installation.data)
                try flip(byte: usedBytes / 2, of: path)
                let again = try await installation.serve(options: ["--journal-keep", "forever"])
                expectStored(try again.report(ReportBody.text(uid: uid, items: #"[{"page_id":999}]"#)))
                #expect(try await again.events(of: uid, atLeast: 201).count == 201)
                let number = try #require(
                    URL(filePath: path).lastPathComponent.split(separator: ".").first.flatMap { Int($0) }
                )
                let told = again.process.errors.split(separator: "\n").filter { $0.contains("damaged") }
                #expect(told.contains { $0.contains("segment=\(number)") && $0.contains("offset=") }, "\(told)")
            }
        }
    }
}
