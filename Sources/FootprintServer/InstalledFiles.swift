import Foundation

/// Where the console's files and chart library are: beside the executable, or above it (a build folder). Never where the
/// command was typed: that folder may be a stranger's, and these files run in an administrator's browser.
struct InstalledFiles {
    var web: String
    var assets: String

    static func locate(webDirectory: String?) -> InstalledFiles {
        if let webDirectory {
            return InstalledFiles(web: webDirectory, assets: firstFolder(".assets", near: webDirectory) ?? webDirectory)
        }
        var roots: [String] = []
        if let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() {
            var folder = executable.deletingLastPathComponent()
            for _ in 0..<5 {
                roots.append(folder.path(percentEncoded: false))
                // An installation: PREFIX/bin/footprint beside PREFIX/share/footprint.
                roots.append(folder.appending(path: "share/footprint").path(percentEncoded: false))
                folder.deleteLastPathComponent()
            }
        }
        for root in roots where FileManager.default.fileExists(atPath: root + "/web/console/index.html") {
            return InstalledFiles(web: root + "/web/console", assets: root + "/.assets")
        }
        let expected = roots.first ?? ""
        return InstalledFiles(web: expected + "/web/console", assets: expected + "/.assets")
    }

    private static func firstFolder(_ name: String, near path: String) -> String? {
        var folder = URL(filePath: path)
        for _ in 0..<4 {
            let candidate = folder.appending(path: name).path(percentEncoded: false)
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        return nil
    }
}
