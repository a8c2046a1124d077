import Foundation
import TestSupport
import Testing

/// What the fuzzer has found worth keeping, without the fuzzer.
@Suite("The committed corpus")
struct CorpusTests {
    @Test("parser, reference parser and review agree about every body of it")
    func agree() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fuzz/Corpus/reports")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        try #require(names.count >= 12)
        for name in names {
            let body = Array(try Data(contentsOf: folder.appending(path: name)))
            let found = Parsing.detail(body)
            #expect((found == nil) == ReferenceReport.accepts(body), "\(name): \(found ?? "accepted")")
            #expect(Parsing.faultOfReview(body) == nil, "\(name)")
        }
    }
}
