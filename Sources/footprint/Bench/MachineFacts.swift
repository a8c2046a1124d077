import Foundation

/// The machine a measurement was made on, in one line: a figure without it says little.
enum MachineFacts {
    static func line(dataDirectory: String) -> String {
        let information = ProcessInfo.processInfo
        let memory = Double(information.physicalMemory) / Double(1 << 30)
        return [
            processorModel ?? "unknown processor",
            "\(information.activeProcessorCount) cores",
            kernel,
            String(format: "%.1f GiB", memory),
            "data on " + (fileSystem(of: dataDirectory) ?? "an unknown file system"),
        ].joined(separator: ", ")
    }

    private static var processorModel: String? {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static var kernel: String {
        let version = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
        return version.map { "Linux " + $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            ?? ProcessInfo.processInfo.operatingSystemVersionString
    }

    /// Type and device of the mount with the longest path above the directory.
    private static func fileSystem(of directory: String) -> String? {
        let path = URL(fileURLWithPath: directory).standardizedFileURL.resolvingSymlinksInPath().path
        guard let mounts = try? String(contentsOfFile: "/proc/mounts", encoding: .utf8) else { return nil }
        let candidates = mounts.split(separator: "\n").compactMap { line -> (path: Substring, type: Substring)? in
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { return nil }
            let isAbove = fields[1] == "/" || path == fields[1] || path.hasPrefix(fields[1] + "/")
            return isAbove ? (fields[1], fields[2]) : nil
        }
        // The last of equal ones lies on top.
        return candidates.enumerated().max { ($0.element.path.count, $0.offset) < ($1.element.path.count, $1.offset) }
            .map { String($0.element.type) }
    }
}
