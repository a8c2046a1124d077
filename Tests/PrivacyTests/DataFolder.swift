import Foundation
import Privacy

/// A data directory that goes with its owner.
final class DataFolder {
    let path = NSTemporaryDirectory() + "footprint-privacy-\(UUID().uuidString)"
    var privacy: PrivacyDirectory { PrivacyDirectory(dataDirectory: path) }

    init() throws {
        for folder in ["journal", "loader", "store"] {
            try FileManager.default.createDirectory(
                atPath: "\(path)/\(folder)",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Every byte of every file, but the store's.
    func everything() throws -> [UInt8] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { !$0.hasPrefix("store") }
            .flatMap { Array(FileManager.default.contents(atPath: "\(path)/\($0)") ?? Data()) }
    }
}

func contains(_ text: String, _ bytes: [UInt8]) -> Bool {
    Data(bytes).range(of: Data(text.utf8)) != nil
}
