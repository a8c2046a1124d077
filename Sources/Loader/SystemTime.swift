#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

enum SystemTime {
    static func unixSeconds() -> Int64 { Int64(time(nil)) }
}
