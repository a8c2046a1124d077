import Access
import Foundation
import Privacy
import Testing

@Suite("DATA/privacy")
struct DirectoryTests {
    @Test("a uid has one hash in a data directory and another in the next, and the same after a restart")
    func hash() throws {
        let (one, other) = (try DataFolder(), try DataFolder())
        let hash = try one.privacy.hash(of: "42")
        #expect(try one.privacy.hash(of: "42") == hash)
        #expect(try one.privacy.hash(of: "43") != hash)
        #expect(try other.privacy.hash(of: "42") != hash)
    }

    @Test("files and folders are for their owner only")
    func modes() throws {
        let folder = try DataFolder()
        _ = try folder.privacy.hash(of: "42")
        let manager = FileManager.default
        for name in ["", "/pending", "/receipts"] {
            let mode = try manager.attributesOfItem(atPath: folder.path + "/privacy" + name)[.posixPermissions] as? Int
            #expect(mode == 0o700, "\(name)")
        }
        let mode = try manager.attributesOfItem(atPath: folder.path + "/privacy/keys.json")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("keys that were damaged are an error, and are not replaced by others")
    func damaged() throws {
        let folder = try DataFolder()
        _ = try folder.privacy.hash(of: "42")
        let file = folder.path + "/privacy/keys.json"
        var bytes = try Data(contentsOf: URL(filePath: file))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: file))
        #expect(throws: PrivacyError.self) { try folder.privacy.hash(of: "42") }
        #expect(try Data(contentsOf: URL(filePath: file)) == bytes)
    }

    @Test(
        "what is no id names no file",
        arguments: ["", "..", "../keys", "../../access/keys", "20240313T080000Z/4f1c9"]
    )
    func ids(_ id: String) throws {
        let folder = try DataFolder()
        _ = try folder.privacy.hash(of: "42")
        #expect(try folder.privacy.receipt(id) == nil)
        #expect(try folder.privacy.pending(id) == nil)
    }

    @Test("a uid that no report can carry is refused", arguments: [0, 129])
    func uids(_ bytes: Int) {
        #expect(throws: PrivacyError.self) { try Person(uid: String(repeating: "x", count: bytes)) }
    }
}
