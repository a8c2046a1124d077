import Access
import ArgumentParser
import Foundation
import Insights

/// Whom a question is put to, and how its answer is printed: shared by `query`, `sql` and others.
struct AskOptions: ParsableArguments {
    @OptionGroup var place: PlaceOptions

    @Option(
        help: ArgumentHelp("table, json or csv. (default: table)", valueName: "format"),
        completion: .list(AnswerFormat.allCases.map(\.rawValue))
    )
    var format: String?

    var data: DataOption { place.data }
    var url: String? { place.url }
    var config: ConfigOption { place.config }

    func place(_ settings: Settings, role: Role = .viewer) throws -> PlaceOptions.Place {
        try place.place(settings, role: role)
    }

    /// Puts a question to whoever can answer.
    func answer(_ asked: AskedQuestion, _ settings: Settings) async throws -> JSONValue {
        switch try place(settings) {
        case .server(let server): try await server.answer(asked)
        case .store(let directory): try await LocalQuestions(dataDirectory: directory).answer(asked)
        }
    }
}

/// Where the data is that a command is about: a server, or the data directory of this machine.
struct PlaceOptions: ParsableArguments {
    @OptionGroup var data: DataOption

    @Option(help: ArgumentHelp("Ask this server. (default: the one running on the data directory)", valueName: "url"))
    var url: String?

    @Option(
        name: [.customLong("admin-token"), .customLong("token")],
        help: ArgumentHelp(
            "The admin token; FOOTPRINT_ADMIN_TOKEN keeps it out of the process list. "
                + "(default: a new one by the data directory's key)",
            valueName: "token"
        )
    )
    var adminToken: String?

    @OptionGroup var trust: TrustOptions
    @OptionGroup var config: ConfigOption

    /// Who can answer.
    enum Place {
        case server(ServerQuestions)
        /// No server runs: the store is opened by this process.
        case store(dataDirectory: String)
    }

    /// - Parameters:
    ///   - role: of the token that is made for the call where none is given.
    ///   - tokenSeconds: how long that one lasts.
    func place(_ settings: Settings, role: Role = .viewer, tokenSeconds: Int64 = 120) throws -> Place {
        let directory = try data.directory(settings)
        let token = try settings.value(.adminToken, adminToken)
        if let url = try settings.value(.url, url) {
            return .server(
                ServerQuestions(
                    url: url,
                    adminToken: try token ?? issue(directory, role, tokenSeconds),
                    trust: try trust.trust(settings, isLocal: false)
                )
            )
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw CommandFailure.unable(
                "there is no data directory \(directory); start `footprint serve`, or name one by --data or a server by --url"
            )
        }
        guard let server = RunningServer.find(dataDirectory: directory) else {
            return .store(dataDirectory: try DataOwner.become(of: directory))
        }
        return .server(
            ServerQuestions(
                url: server.url,
                adminToken: try token ?? issue(directory, role, tokenSeconds),
                trust: try trust.trust(settings, isLocal: true)
            )
        )
    }

    /// A token for this one question, by the key that the server verifies with.
    private func issue(_ directory: String, _ role: Role, _ seconds: Int64) throws -> String {
        guard FileManager.default.fileExists(atPath: directory + "/access") else {
            throw CommandFailure.usage("give an admin token: FOOTPRINT_ADMIN_TOKEN or --admin-token TOKEN")
        }
        return try AccessFiles.open(directory).issueAdminToken(
            role: role,
            ttlSeconds: seconds,
            nowSeconds: AccessFiles.nowSeconds()
        )
    }
}
