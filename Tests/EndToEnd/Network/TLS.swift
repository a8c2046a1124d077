import AsyncHTTPClient
import Foundation
import NIOCore
import Testing

extension Network {
    @Suite("TLS")
    struct TLS {
        /// A server with a certificate of its own authority, whatever the run is by.
        private func serving(
            options: [String] = [],
            _ body: (Footprint, TestAuthority) async throws -> Void
        ) async throws {
            try await Installation.with { installation in
                let authority = try TestAuthority(in: "\(installation.folder)/tls")
                let server = try await installation.serve(
                    options: [
                        "--tls-cert", authority.serverCertificate, "--tls-key", authority.serverKey,
                    ] + options,
                    authority: authority
                )
                try await body(server, authority)
            }
        }

        /// curl, which brings another TLS: its exit code and what it wrote.
        private func curl(_ arguments: [String], _ server: Footprint, _ authority: TestAuthority) async throws -> (
            ending: ChildProcess.Ending, output: String
        ) {
            try await TemporaryFolder.with { folder in
                let child = try ChildProcess(
                    "/usr/bin/curl",
                    ["--silent", "--show-error", "--max-time", "20", "--cacert", authority.certificate] + arguments
                        + ["https://127.0.0.1:\(server.port)/readyz"],
                    directory: folder,
                    outputTo: folder,
                    named: "curl"
                )
                return (try await child.waitForEnd(withinSeconds: 30), child.output)
            }
        }

        @Test("reports, questions, commands and the announced address all go by it")
        func whole() async throws {
            try await serving { server, authority in
                #expect(server.process.output.contains("https://127.0.0.1:\(server.port)"))
                let uid = ReportBody.newUser("tls")
                let answer = try HTTPConnection.ask(
                    .report(ReportBody.text(uid: uid), token: server.token),
                    port: server.port,
                    authority: authority
                )
                expectStored(answer)
                // A local command finds the server by its data directory.
                let data = server.installation.data
                _ = try await eventually("the event is counted", withinSeconds: 20) {
                    let csv = try await Program.output(
                        of: ["query", "users", uid, "--data", data, "--format", "csv"],
                        environment: ["FOOTPRINT_CA_FILE": ""]
                    )
                    return csv.contains(uid) || csv.split(separator: "\n").count > 1 ? true : nil
                }
                // One that is given the address must be shown whom to trust.
                let line = #"{"uid":"\#(uid)","openid":"o","page_id":2}"#
                let file = "\(server.installation.folder)/events.jsonl"
                try Data((line + "\n").utf8).write(to: URL(filePath: file))
                let arguments = [
                    "send", file, "--to", "https://127.0.0.1:\(server.port)", "--token", server.token, "--retry-for",
                    "1",
                ]
                let trusting = try await Program.run(arguments + ["--ca-file", authority.certificate])
                #expect(trusting.succeeded, "\(trusting)")
                let doubting = try await Program.run(arguments, environment: ["FOOTPRINT_CA_FILE": ""])
                #expect(doubting.ending == .exit(2), "\(doubting)")
                let noFile = try await Program.run(arguments + ["--ca-file", file])
                #expect(noFile.ending != .exit(0) && noFile.errors.contains("holds no PEM certificate"), "\(noFile)")
            }
        }

        @Test("versions 1.2 and 1.3, nothing older, and only ciphers with forward secrecy")
        func versions() async throws {
            try await serving { server, authority in
                for version in ["1.2", "1.3"] {
                    let arguments = ["--tlsv\(version)", "--tls-max", version, "-o", "/dev/null", "-w", "%{http_code}"]
                    let answer = try await curl(arguments, server, authority)
                    #expect(answer.output == "200", "\(version)")
                }
                for refused in [
                    ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"],
                    ["--tls-max", "1.2", "--ciphers", "AES128-SHA"],
                    ["--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES128-SHA256"],
                ] {
                    let answer = try await curl(refused, server, authority)
                    #expect(answer.ending == .exit(35), "\(refused): \(answer)")
                }
            }
        }

        @Test("HTTP/2 where the client offers it, HTTP/1.1 where it does not")
        func negotiation() async throws {
            try await serving { server, authority in
                for (offer, version) in [("--http2", "2"), ("--http1.1", "1.1"), ("--no-alpn", "1.1")] {
                    let arguments = [offer, "-o", "/dev/null", "-w", "%{http_version}"]
                    let answer = try await curl(arguments, server, authority)
                    #expect(answer.output == version, "\(offer)")
                }
            }
        }

        @Test("a renewed certificate is taken up while the server runs; half of a pair, or a broken one, is not")
        func renewal() async throws {
            try await serving { server, authority in
                func serial() async throws -> String {
                    try await TemporaryFolder.with { folder in
                        let child = try ChildProcess(
                            "/bin/sh",
                            [
                                "-c",
                                "openssl s_client -connect 127.0.0.1:\(server.port) -CAfile \"$1\" </dev/null 2>/dev/null | openssl x509 -noout -serial",
                                "sh", authority.certificate,
                            ],
                            directory: folder,
                            outputTo: folder,
                            named: "serial"
                        )
                        try await child.waitForEnd(withinSeconds: 20)
                        return child.output
                    }
                }
                let open = try HTTPConnection(port: server.port, authority: authority)
                let first = try await serial()
                #expect(first.hasPrefix("serial="))
                try authority.renew()
                let second = try await eventually("the new certificate is shown", withinSeconds: 30, every: 0.5) {
                    let now = try await serial()
                    return now != first ? now : nil
                }
                // A connection from before goes on.
                try open.send(HTTPRequest.report(ReportBody.text(items: "[{}]"), token: server.token).bytes)
                expectStored(try open.answer())

                // The key of another certificate, then no key at all.
                let key = try Data(contentsOf: URL(filePath: authority.serverKey))
                let other = try TestAuthority(in: "\(server.installation.folder)/other")
                for wrong in [try Data(contentsOf: URL(filePath: other.serverKey)), Data("nonsense".utf8)] {
                    try wrong.write(to: URL(filePath: authority.serverKey), options: .atomic)
                    _ = try await eventually("the log says that it is kept", withinSeconds: 30) {
                        server.process.errors.split(separator: "\n")
                            .contains { $0.contains("kept the certificate") && $0.contains(authority.serverKey) }
                            ? true : nil
                    }
                    #expect(try await serial() == second)
                }
                #expect(!server.process.errors.contains("PRIVATE KEY"))
                try key.write(to: URL(filePath: authority.serverKey), options: .atomic)
                #expect(try await serial() == second)
            }
        }

        @Test("a client that speaks in the clear is told so, and one that never shakes hands is sent away")
        func strangers() async throws {
            try await serving(options: ["--header-timeout", "2", "--idle-timeout", "60"]) { server, authority in
                let plain = try HTTPConnection(port: server.port, authority: nil)
                try plain.send(HTTPRequest.get("/readyz").bytes)
                let answer = try plain.answer()
                #expect(answer.status == 400)
                #expect(answer.detail?.contains("https") == true, "\(answer)")
                #expect(try plain.bytesUntilClose().isEmpty)

                // Nothing at all, and the beginning of a record of 512 bytes that never comes whole.
                for beginning: [UInt8] in [[], [22, 3, 1, 2, 0, 1, 0]] {
                    let silent = try HTTPConnection(port: server.port, timeoutSeconds: 20, authority: nil)
                    try silent.send(beginning)
                    #expect(try silent.bytesUntilClose() == [])
                }
                let noise = try HTTPConnection(port: server.port, timeoutSeconds: 20, authority: nil)
                try noise.send([22] + (0..<4_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
                _ = try? noise.bytesUntilClose()
                expectStored(
                    try HTTPConnection.ask(
                        .report(ReportBody.text(items: "[{}]"), token: server.token),
                        port: server.port,
                        authority: authority
                    )
                )
            }
        }

        @Test("a server whose certificate cannot be used does not start, and says which file and why")
        func unusable() async throws {
            try await TemporaryFolder.with { folder in
                let authority = try TestAuthority(in: "\(folder)/tls")
                let other = try TestAuthority(in: "\(folder)/other")
                let nonsense = "\(folder)/nonsense.pem"
                try Data("nonsense\n".utf8).write(to: URL(filePath: nonsense))
                let cases: [(options: [String], words: [String])] = [
                    (["--tls-cert", authority.serverCertificate], ["--tls-key"]),
                    (["--tls-key", authority.serverKey], ["--tls-cert"]),
                    (
                        ["--tls-cert", "\(folder)/none.pem", "--tls-key", authority.serverKey],
                        ["none.pem", "No such file"]
                    ),
                    (["--tls-cert", nonsense, "--tls-key", authority.serverKey], ["nonsense.pem", "certificate"]),
                    (["--tls-cert", authority.serverCertificate, "--tls-key", nonsense], ["nonsense.pem", "key"]),
                    (["--tls-cert", authority.serverCertificate, "--tls-key", other.serverKey], ["key"]),
                ]
                for (options, words) in cases {
                    let finished = try await Program.run(
                        ["serve", "--data", "\(folder)/data", "--port", "0"] + options,
                        environment: ["FOOTPRINT_TLS_CERT": "", "FOOTPRINT_TLS_KEY": ""],
                        withinSeconds: 60
                    )
                    guard case .exit(let status) = finished.ending, status != 0 else {
                        Issue.record("it started: \(options)")
                        continue
                    }
                    for word in words { #expect(finished.errors.contains(word), "\(finished)") }
                }
            }
        }
    }
}
