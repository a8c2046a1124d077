import Foundation

/// Every file the console serves, by the address it has: read once, so that a request is a look in a table and no
/// address can lead to another file.
///
///     /                          index.html, whose {{…}} marks are filled in
///     /docs                      docs/index.html, likewise
///     /openapi.json              docs/openapi.json, with the questions' paths filled in
///     /assets/HASH/styles/…      web/console, under a hash of all of it: module imports stay relative
///     /assets/echarts.HASH.js    the chart library, large and rarely new, so under its own hash
///     /not-found.css             for the 404 page, which has no marks
struct StaticSite: Sendable {
    private(set) var files: [String: StaticFile] = [:]

    /// ECharts has 1 MB; anything much larger is no part of this site.
    static let fileLimitBytes = 8 << 20

    private static let contentTypes = [
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
        "png": "image/png",
        "webmanifest": "application/manifest+json",
    ]

    init(webDirectory: String, assetsDirectory: String) throws(ConsoleStartError) {
        let indexPath = webDirectory + "/index.html"
        guard FileManager.default.fileExists(atPath: indexPath) else {
            throw .webFilesMissing(directory: webDirectory)
        }
        let chartsPath = assetsDirectory + "/echarts.min.js"
        guard FileManager.default.fileExists(atPath: chartsPath) else {
            throw .chartsMissing(path: chartsPath)
        }
        let index = String(decoding: try Self.read(indexPath), as: UTF8.self)

        let charts = StaticFile(
            try Self.read(chartsPath),
            contentType: "text/javascript; charset=utf-8",
            caching: .forever
        )
        let chartsAddress = "/assets/echarts.\(charts.hash).js"
        files[chartsAddress] = charts

        let sources = try Self.sources(in: webDirectory)
        let siteHash = StaticFile.hash(of: sources.flatMap { Array($0.path.utf8) + [0] + $0.bytes + [0] })
        let base = "/assets/\(siteHash)"
        for source in sources {
            files["\(base)/\(source.path)"] = StaticFile(
                source.bytes,
                contentType: source.contentType,
                caching: .forever
            )
        }
        if let notFound = sources.first(where: { $0.path == "styles/not-found.css" }) {
            files["/not-found.css"] = StaticFile(
                notFound.bytes,
                contentType: notFound.contentType,
                caching: .revalidated
            )
        }

        // Every module is named up front: one round trip instead of one for each level of imports.
        let preloads = sources.filter { $0.path.hasSuffix(".js") && !["early", "docs"].contains($0.folder) }
            .map { #"<link rel="modulepreload" href="\#(base)/\#($0.path)">"# }
            .joined(separator: "\n")
        let marks = ["{{assets}}": base, "{{echarts}}": chartsAddress, "{{modulepreload}}": preloads]
        files["/"] = Self.page(index, marks)
        let docs = String(decoding: try Self.read(webDirectory + "/docs/index.html"), as: UTF8.self)
        files["/docs"] = Self.page(docs, marks)
        files["/openapi.json"] = try Self.openAPI(at: webDirectory + "/docs/openapi.json")
    }

    private static func page(_ html: String, _ marks: [String: String]) -> StaticFile {
        let filled = marks.reduce(html) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
        return StaticFile(Array(filled.utf8), contentType: "text/html; charset=utf-8", caching: .revalidated)
    }

    private static func openAPI(at path: String) throws(ConsoleStartError) -> StaticFile {
        let fixedPart = String(decoding: try read(path), as: UTF8.self)
        guard let document = OpenAPI.document(fixedPart: fixedPart) else {
            throw .unreadable(path: path, reason: "it has no place for the questions (\(OpenAPI.questionsMark))")
        }
        return StaticFile(document, contentType: "application/json; charset=utf-8", caching: .revalidated)
    }

    private struct Source {
        let path: String
        let bytes: [UInt8]
        let contentType: String

        /// The folder it lies in, of the first level; empty where it lies in none.
        var folder: Substring { path.contains("/") ? path.prefix { $0 != "/" } : "" }
    }

    /// The files of the web folder that browsers read, in a fixed order; its tests and notes stay at home.
    private static func sources(in directory: String) throws(ConsoleStartError) -> [Source] {
        let paths: [String]
        do {
            paths = try FileManager.default.subpathsOfDirectory(atPath: directory).sorted()
        } catch {
            throw .unreadable(path: directory, reason: error.localizedDescription)
        }
        var sources: [Source] = []
        for path in paths {
            let names = path.split(separator: "/")
            let type = names.last?.split(separator: ".").last.flatMap { contentTypes[String($0)] }
            guard let type, names.first != "tests", !names.contains(where: { $0.hasPrefix(".") }) else { continue }
            sources.append(Source(path: path, bytes: try read(directory + "/" + path), contentType: type))
        }
        return sources
    }

    private static func read(_ path: String) throws(ConsoleStartError) -> [UInt8] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        guard data.count <= fileLimitBytes else {
            throw .tooLarge(path: path, limitBytes: fileLimitBytes)
        }
        return Array(data)
    }
}
