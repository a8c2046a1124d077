import HTTPTypes
import Hummingbird
import Insights
import NIOCore

/// An answer as a CSV file: what `AnswerTable` makes of it, to be kept.
struct CSVDownload {
    let data: JSONValue
    /// The question, for the file's name.
    let name: String
    /// Whether a byte order mark comes first: spreadsheets then read Chinese, programs then read one character more.
    let marked: Bool

    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8",
                .contentDisposition: "attachment; filename=\"footprint-\(safeName).csv\"",
                .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: (marked ? "\u{FEFF}" : "") + AnswerTable(data).csv))
        )
    }

    private var safeName: String {
        name.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
}
