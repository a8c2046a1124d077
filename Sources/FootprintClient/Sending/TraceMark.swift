#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whether JSON that nobody looks into names a `trace_id`.
package enum TraceMark {
    /// A look at the bytes: also true where the name stands inside a string, which only means that the report is given
    /// no name of its own.
    package static func stands(in json: [UInt8]) -> Bool {
        let mark: StaticString = #""trace_id""#
        let count = mark.utf8CodeUnitCount
        return json.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count >= count else { return false }
            var start = 0
            while start <= bytes.count - count,
                let quote = memchr(base + start, Int32(UInt8(ascii: "\"")), bytes.count - count + 1 - start)
            {
                if memcmp(quote, mark.utf8Start, count) == 0 { return true }
                start = UnsafeRawPointer(quote) - base + 1
            }
            return false
        }
    }
}
