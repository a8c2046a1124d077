import Foundation
import Insights
import Privacy

/// Whether a receipt is what was signed, whose key signed it, and whom it is about.
struct ReceiptCheck {
    /// - stands for stdin.
    let file: String
    let uid: String?
    let dataDirectory: String

    func run() throws {
        let receipt = try read()
        let publicKey: String
        switch receipt.verify() {
        case .broken(let reason): throw CommandFailure.found("the receipt is not good: \(reason)")
        case .sound(let key): publicKey = key
        }
        let here = try known()
        if let own = here?.publicKey, own != publicKey {
            throw CommandFailure.found(
                "the receipt is not good: it is signed by \(publicKey), and \(dataDirectory) signs by \(own)"
            )
        }
        var line = "the receipt \(receipt.id ?? "") is as it was signed, by "
        line +=
            here?.publicKey == nil
            ? "\(publicKey); no data directory is here to say whose key that is" : "this data directory"
        if let uid {
            guard let here, here.publicKey != nil else {
                throw CommandFailure.unable("whom a receipt is about only its own data directory can say: --data DIR")
            }
            guard try here.directory.hash(of: uid) == receipt.uidHash else {
                throw CommandFailure.found("the receipt is good, and about another person")
            }
            line += ", and about this person"
        }
        Terminal.output.line(line)
    }

    private func read() throws -> Receipt {
        let bytes: [UInt8]
        do {
            bytes =
                file == "-"
                ? Array(FileHandle.standardInput.readDataToEndOfFile())
                : Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw CommandFailure.unable("cannot read \(file): \(error.localizedDescription)")
        }
        guard let json = JSONValue(parsing: bytes) else {
            throw CommandFailure.found("the receipt is not good: it is no JSON")
        }
        return Receipt(json)
    }

    /// The data directory's own key; nil where there is no such directory.
    private func known() throws -> (directory: PrivacyDirectory, publicKey: String?)? {
        guard FileManager.default.fileExists(atPath: dataDirectory) else { return nil }
        let directory = PrivacyDirectory(dataDirectory: try DataOwner.become(of: dataDirectory))
        return (directory, try directory.publicKey())
    }
}
