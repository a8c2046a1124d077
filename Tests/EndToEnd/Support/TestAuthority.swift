import Foundation

/// An authority of the tests' own, with a certificate for this machine's loopback: made on the spot by openssl, real in
/// every respect but that nobody else trusts it.
struct TestAuthority: Sendable {
    /// PEM files.
    let certificate: String
    let serverCertificate: String
    let serverKey: String

    /// The authority that the whole run speaks TLS by, where `FOOTPRINT_TEST_TLS` is set: `scripts/test` runs these
    /// tests once in the clear and once by TLS.
    static let ofThisRun: TestAuthority? = {
        guard ProcessInfo.processInfo.environment["FOOTPRINT_TEST_TLS"] == "1" else { return nil }
        let folder = NSTemporaryDirectory() + "footprint-authority-\(getpid())"
        do {
            return try TestAuthority(in: folder)
        } catch {
            fatalError("cannot make certificates: \(error)")
        }
    }()

    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Makes an authority and a server certificate in a folder, which may exist.
    init(in folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        certificate = "\(folder)/authority.pem"
        serverCertificate = "\(folder)/server.pem"
        serverKey = "\(folder)/server.key"
        try Self.openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=Footprint test authority", "-out", certificate]
                + Self.newKey("\(folder)/authority.key")
        )
        try issue(in: folder)
    }

    /// Replaces the server's certificate and key by new ones, each file as a whole.
    func renew() throws {
        try issue(in: URL(filePath: certificate).deletingLastPathComponent().path(percentEncoded: false))
    }

    private func issue(in folder: String) throws {
        let folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        try Self.openssl(
            [
                "req", "-x509", "-days", "2", "-subj", "/CN=localhost", "-CA", certificate, "-CAkey",
                "\(folder)/authority.key",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
                "-out", "\(serverCertificate).new",
            ] + Self.newKey("\(serverKey).new")
        )
        rename("\(serverKey).new", serverKey)
        rename("\(serverCertificate).new", serverCertificate)
    }

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(
                description: "openssl \(arguments.joined(separator: " ")): \(String(decoding: said, as: UTF8.self))"
            )
        }
    }
}
