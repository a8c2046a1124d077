import Foundation

/// Processor time of another process, as Linux counts it.
enum ServerCPU {
    /// Seconds in user and kernel mode so far; nil where nobody says.
    static func seconds(pid: Int32) -> Double? {
        guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return nil }
        // The second field, the name, is in parentheses and may hold anything; count from behind it.
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
