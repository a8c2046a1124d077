import ArgumentParser
import Collector
import FootprintServer
import Logging

struct ServeCommand: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Collect reports, load them, answer questions, show the console.",
        discussion: """
            Prints the console's address on stdout once it is ready, logs to stderr, and on SIGTERM or Ctrl-C finishes \
            what it has received before it ends.

            Examples:
              footprint serve
              footprint serve --data /var/lib/footprint --host 0.0.0.0 --port 80
              FOOTPRINT_PORT=9000 footprint serve --journal-keep 7d
              footprint serve --config /etc/footprint.yml --log-format json
              footprint serve --host 0.0.0.0 --port 443 --tls-cert fullchain.pem --tls-key privkey.pem
            """
    )

    @OptionGroup var config: ConfigOption
    @OptionGroup(title: "Place") var data: DataOption
    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Tracking plan; kill -HUP reads it again") var plan: PlanOption
    @OptionGroup(title: "Limits; kill -HUP reads them again") var limits: LimitOptions
    @OptionGroup(title: "Journal and store") var storage: StorageOptions
    @OptionGroup(title: "Logs") var logs: LogOptions

    func execute() async throws {
        let settings = try config.settings()
        let server = try serverSettings(settings)
        let logger = try logs.logger(settings)
        do {
            try await serve(
                server,
                logger: logger,
                readAgain: { [self] in try serverSettings(try config.settings()) },
                whenReady: { place in Terminal.output.line(place.url) }
            )
        } catch {
            throw CommandFailure.unable("\(error)")
        }
    }

    private func serverSettings(_ settings: Settings) throws -> ServerSettings {
        var server = ServerSettings()
        server.version = Version.current
        server.dataDirectory = try data.directory(settings)
        server.planFile = try plan.file(settings)
        try network.apply(to: &server, settings)
        try storage.apply(to: &server, settings)
        try limits.apply(to: &server.limits, settings)
        return server
    }
}

struct PlanOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Apply this tracking plan where it differs from the one in force. (default: the one in force)",
            valueName: "file"
        ),
        completion: .file(extensions: ["yml", "yaml"])
    )
    var plan: String?

    func file(_ settings: Settings) throws -> String? {
        try settings.value(.plan, plan)
    }
}

struct NetworkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Listen on this address; 0.0.0.0 for all. (default: 127.0.0.1)", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("Listen on this port; 0 takes a free one. (default: 8080)", valueName: "port"))
    var port: String?

    @Option(
        name: .customLong("cors-origins"),
        help: ArgumentHelp("Origin whose pages may report; repeatable, * for all. (default: *)", valueName: "origin")
    )
    var corsOrigins: [String] = []

    @Option(help: ArgumentHelp("Socket loops; 0 takes one for two processors. (default: 0)", valueName: "count"))
    var eventLoops: String?

    @Option(
        help: ArgumentHelp(
            "Speak TLS by this certificate: PEM, the chain after it. Taken up again when it changes.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tlsCert: String?

    @Option(help: ArgumentHelp("The certificate's key: PEM, no passphrase.", valueName: "file"), completion: .file())
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Believe X-Forwarded-For and X-Forwarded-Proto from here; repeatable. (default: nobody)",
            valueName: "address or range"
        )
    )
    var trustedProxy: [String] = []

    func apply(to server: inout ServerSettings, _ settings: Settings) throws {
        if let value = try settings.value(.host, host) { server.host = value }
        if let value = try settings.value(.port, port) { server.port = value }
        if let values = try settings.values(.corsOrigin, corsOrigins) { server.corsOrigins = values }
        if let value = try settings.value(.eventLoops, eventLoops) { server.eventLoops = value }
        if let values = try settings.values(.trustedProxy, trustedProxy) { server.trustedProxies = values }
        switch (try settings.value(.tlsCert, tlsCert), try settings.value(.tlsKey, tlsKey)) {
        case (nil, nil): break
        case (let certificate?, let key?): server.tls = .init(certificate: certificate, key: key)
        case (_?, nil): throw CommandFailure.usage("--tls-cert needs the certificate's key: --tls-key FILE")
        case (nil, _?): throw CommandFailure.usage("--tls-key needs its certificate: --tls-cert FILE")
        }
    }
}

struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Largest report, unpacked. (default: 1024)", valueName: "KiB"))
    var bodyLimitKib: String?

    @Option(help: ArgumentHelp("Time a client has to send a request's head. (default: 10)", valueName: "seconds"))
    var headerTimeout: String?

    @Option(help: ArgumentHelp("Time a client has to send a body. (default: 30)", valueName: "seconds"))
    var bodyTimeout: String?

    @Option(help: ArgumentHelp("Close a connection that is idle this long. (default: 120)", valueName: "seconds"))
    var idleTimeout: String?

    @Option(help: ArgumentHelp("Connections open at the same time. (default: 20000)", valueName: "count"))
    var connectionLimit: String?

    @Option(
        help: ArgumentHelp(
            "Reports received but not yet on disk, over which new ones are answered 1005. (default: 256)",
            valueName: "MiB"
        )
    )
    var bufferLimitMib: String?

    @Option(
        help: ArgumentHelp(
            "Reports a second that one app may send, five seconds' worth at once; 0: no limit. (default: 0)",
            valueName: "count"
        )
    )
    var appRateLimit: String?

    @Option(
        help: ArgumentHelp(
            "Reports a second from one client address, likewise. Phones share addresses. (default: 0)",
            valueName: "count"
        )
    )
    var addressRateLimit: String?

    @Option(
        help: ArgumentHelp("Token calls a second from one client address, likewise. (default: 10)", valueName: "count")
    )
    var tokenRateLimit: String?

    func apply(to limits: inout ServerLimits, _ settings: Settings) throws {
        if let value = try settings.value(.bodyLimitKiB, bodyLimitKib) { limits.intake.bodyLimitBytes = value << 10 }
        if let value = try settings.value(.headerTimeout, headerTimeout) { limits.intake.headerTimeoutSeconds = value }
        if let value = try settings.value(.bodyTimeout, bodyTimeout) { limits.intake.bodyTimeoutSeconds = value }
        if let value = try settings.value(.idleTimeout, idleTimeout) { limits.intake.idleTimeoutSeconds = value }
        if let value = try settings.value(.connectionLimit, connectionLimit) { limits.intake.connectionLimit = value }
        if let value = try settings.value(.bufferLimitMiB, bufferLimitMib) {
            limits.intake.bufferLimitBytes = value << 20
        }
        if let value = try settings.value(.appRateLimit, appRateLimit) { limits.intake.appReportsPerSecond = value }
        if let value = try settings.value(.addressRateLimit, addressRateLimit) {
            limits.intake.addressReportsPerSecond = value
        }
        if let value = try settings.value(.tokenRateLimit, tokenRateLimit) { limits.tokenCallsPerSecond = value }
    }
}

struct StorageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "\"embedded\", or a ClickHouse server or cluster: clickhouse://user:password@host1,host2:8123/db?cluster=NAME; "
                + "FOOTPRINT_STORE keeps the password out of the process list. (default: as before; embedded at first)",
            valueName: "place"
        )
    )
    var store: String?

    @Option(help: ArgumentHelp("Start a new journal segment at this size. (default: 64)", valueName: "MiB"))
    var journalSegmentMib: String?

    @Option(
        help: ArgumentHelp(
            "Keep journal segments until \"loaded\", \"forever\", or a time such as 7d after loading. (default: loaded)",
            valueName: "rule"
        )
    )
    var journalKeep: String?

    @Option(
        help: ArgumentHelp("Refused reports that are kept, the newest of them. (default: 1024)", valueName: "MiB")
    )
    var quarantineMib: String?

    @Option(
        help: ArgumentHelp(
            "Keep events and refused reports so many whole days after their own; 0: for ever. (default: 0)",
            valueName: "days"
        )
    )
    var retain: String?

    @Option(
        help: ArgumentHelp(
            "How much of a client's address is kept with its reports: none, truncated (IPv4 /24, IPv6 /48), or full. "
                + "(default: none)",
            valueName: "how much"
        ),
        completion: .list(StoredAddress.allCases.map(\.rawValue))
    )
    var storeAddress: String?

    @Option(help: ArgumentHelp("Memory of the embedded engine. (default: 4096)", valueName: "MiB"))
    var engineMemoryMib: String?

    @Option(
        help: ArgumentHelp("Threads of the embedded engine; 0: one per processor. (default: 0)", valueName: "count")
    )
    var engineThreads: String?

    @Option(
        help: ArgumentHelp("Folder with the console's pages. (default: beside the program)", valueName: "directory"),
        completion: .directory
    )
    var web: String?

    func apply(to server: inout ServerSettings, _ settings: Settings) throws {
        if let value = try settings.value(.store, store) { server.store = value }
        if let value = try settings.value(.journalSegmentMiB, journalSegmentMib) {
            server.journalSegmentBytes = value << 20
        }
        if let value = try settings.value(.journalKeep, journalKeep) { server.journalKeep = value }
        if let value = try settings.value(.quarantineMiB, quarantineMib) { server.quarantineBytes = value << 20 }
        if let value = try settings.value(.retain, retain) { server.retainDays = value }
        if let value = try settings.value(.storeAddress, storeAddress) { server.storedAddress = value }
        if let value = try settings.value(.engineMemoryMiB, engineMemoryMib) { server.engineMemoryBytes = value << 20 }
        if let value = try settings.value(.engineThreads, engineThreads) { server.engineThreads = value }
        if let value = try settings.value(.web, web) { server.webDirectory = value }
    }
}

struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Least level that is logged. (default: info)", valueName: "level"),
        completion: .list(Logger.Level.allCases.map(\.rawValue))
    )
    var logLevel: String?

    @Option(
        help: ArgumentHelp("logfmt or json. (default: logfmt)", valueName: "format"),
        completion: .list(LineLogHandler.Format.allCases.map(\.rawValue))
    )
    var logFormat: String?

    func logger(_ settings: Settings) throws -> Logger {
        let level = try settings.value(.logLevel, logLevel) ?? .info
        let format = try settings.value(.logFormat, logFormat) ?? .logfmt
        return Logger(label: "footprint") { _ in LineLogHandler(format: format, level: level) }
    }
}
