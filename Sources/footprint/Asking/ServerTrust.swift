import ArgumentParser
import Foundation
import NIOSSL

/// Whose word a command takes that a server reached by https is the right one.
enum ServerTrust: Sendable {
    /// The authorities that this system trusts.
    case system
    /// The authorities in a PEM file, and nobody else.
    case file(String)
    /// Nobody's: the server runs on this machine, and was found by the file that it keeps in its data directory. The
    /// bytes go nowhere, and its certificate speaks of the name that others reach it by.
    case sameMachine

    var tls: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        switch self {
        case .system: break
        case .file(let path): tls.trustRoots = .file(path)
        case .sameMachine: tls.certificateVerification = .none
        }
        return tls
    }
}

struct TrustOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Trust the authorities in this PEM file, not the system's, to know an https server by.",
            valueName: "file"
        ),
        completion: .file()
    )
    var caFile: String?

    /// - Parameter isLocal: the server was found by its data directory.
    func trust(_ settings: Settings, isLocal: Bool) throws -> ServerTrust {
        guard let path = try settings.value(.caFile, caFile) else { return isLocal ? .sameMachine : .system }
        do {
            guard try !NIOSSLCertificate.fromPEMFile(path).isEmpty else { throw NoCertificate() }
        } catch {
            let reason =
                FileManager.default.isReadableFile(atPath: path) ? "it holds no PEM certificate" : "it cannot be read"
            throw CommandFailure.usage("--ca-file \(path): \(reason)")
        }
        return .file(path)
    }

    private struct NoCertificate: Error {}
}
