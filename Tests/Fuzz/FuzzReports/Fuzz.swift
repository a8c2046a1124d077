import Reports
import TestSupport

/// One input of libFuzzer: a body that the parser and the reference must agree about. What the parser accepts is read
/// back from the journal's bytes, so that a wrong encoding ends the run too.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let body = Array(UnsafeBufferPointer(start: start, count: count))
    let found = Parsing.detail(body)
    let expected = ReferenceReport.accepts(body)
    if (found == nil) != expected {
        fatalError("the reference \(expected ? "accepts" : "refuses"), the parser says \(found ?? "accepted")")
    }
    // The same bytes as if the journal had given them: whatever they are, reading them is an answer or an error.
    body.withUnsafeBytes { bytes in
        if let report = try? StoredReport(bytes) { try? report.forEachItem { _, _ in } }
    }
    return 0
}
