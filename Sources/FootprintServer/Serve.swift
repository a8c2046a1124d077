import Access
import Collector
import Console
import EmbeddedClickHouse
import EventStore
import Foundation
import Hummingbird
import Insights
import Journal
import Live
import Loader
package import Logging
import NIOCore
import NIOPosix
import Plans
import Privacy
import Quarantine
import Reports
import Synchronization
import UnixSignals

/// Where a server is reached.
package struct ServingAt: Sendable {
    package var url: String
    package var host: String
    package var port: Int
}

/// Runs the whole product: receive, check, journal, load, ask, show. Returns after SIGTERM or SIGINT, when everything
/// acknowledged is on stable storage and the engine is closed.
///
/// The order of the stop is the order of the way: no new reports, answers out, journal closed, what is durable loaded
/// (as far as a few seconds allow: the next start goes on), store closed.
///
/// - Parameter readAgain: the settings as they are now; called on SIGHUP. Limits and the tracking plan are taken over,
///   the rest is for the next start.
package func serve(
    _ settings: ServerSettings,
    logger: Logger,
    readAgain: @Sendable () throws -> ServerSettings,
    whenReady: @Sendable (ServingAt) -> Void
) async throws(StartFailure) {
    // A client that goes away while it is answered is an error of that write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    let directory = try DataDirectory(settings.dataDirectory)
    let access = try starting { () throws(AccessError) in try Access(dataDirectory: settings.dataDirectory) }
    try checkAddress(settings)
    let tls = try settings.tls.map { (files) throws(StartFailure) in
        try starting { () throws(TLSError) in try TLSIdentity(certificate: files.certificate, key: files.key) }
    }
    let plans = try openPlan(settings, access, logger)
    let parts = try await Storage.open(directory, settings, startsWithoutStore: true, logger: logger)

    let health = Health(journal: parts.journal, loader: parts.loader, store: parts.store)
    let live = LiveFeed(journal: parts.journal)
    let quarantine = Quarantine(store: parts.store, journal: parts.journal, plan: { plans.table }, logger: logger)
    let privacy = Privacy(
        dataDirectory: directory.path,
        journal: parts.journal,
        loader: parts.loader,
        store: parts.store,
        quarantine: quarantine,
        access: access,
        version: settings.version,
        counters: health.privacy,
        logger: logger,
        nowMicroseconds: WallClock.microseconds
    )
    let threads = NIOThreadPool(numberOfThreads: 2)
    threads.start()
    let tokenDesk = TokenDesk()
    let tokenLimiter = RateLimiter<InternetAddress>(perSecond: settings.limits.tokenCallsPerSecond)
    var collector: Collector?
    var serving: ServingAt?
    do throws(StartFailure) {
        let responder = try consoleResponder(
            settings,
            access: access,
            store: parts.store,
            search: JournalSearch(journal: parts.journal, loader: parts.loader),
            loadedUntilSeconds: parts.loader.loadedUntilSeconds,
            plans: plans,
            health: health,
            quarantine: quarantine,
            privacy: privacy,
            live: LiveSource(feed: live) { health.totals },
            exportFolder: directory.exports,
            threads: threads,
            tokenDesk: tokenDesk,
            tokenLimiter: tokenLimiter,
            logger: logger
        )
        let intake = try startIntake(
            settings,
            parts,
            access: access,
            plan: plans.table,
            tls: tls,
            responder: responder,
            logger: logger
        )
        collector = intake.collector
        plans.follow { intake.collector.use($0) }
        health.watch(intake.collector)
        serving = intake.at
        try directory.writeServeFile(url: intake.at.url)
        whenReady(intake.at)
        logger.info("serving", metadata: ["url": "\(intake.at.url)", "data": "\(settings.dataDirectory)"])
    } catch {
        await parts.close(loadSeconds: 0)
        await tokenDesk.close()
        try? await threads.shutdownGracefully()
        throw error
    }
    guard let collector, serving != nil else { return }

    let loading = Task { await parts.loader.run() }
    let watching = Task { await watch(access, plans, tls, health, logger) }
    let trimming = Task { await keepBounded(quarantine, settings.quarantineBytes, health, logger) }
    let erasing = Task { await privacy.erasures.run() }
    let lettingGo = retention(settings, parts, privacy.loaded, health, logger).map { retention in
        Task { await retention.run() }
    }
    var limits = settings.limits
    for await signal in signals {
        if signal == .sighup {
            do {
                let settings = try readAgain()
                if let file = settings.planFile { plans.readAgain(file, logger) }
                let fresh = settings.limits
                let change = fresh == limits ? "unchanged" : "changed"
                limits = fresh
                collector.use(intakeLimits(fresh, logger))
                tokenLimiter.set(perSecond: fresh.tokenCallsPerSecond)
                logger.info("read the settings again", metadata: ["limits": "\(change)"])
            } catch {
                logger.error("kept the settings: they cannot be read again", metadata: ["reason": "\(error)"])
            }
            plans.takeUpChanges(logger)
            if let tls { takeUp(tls, logger) }
            continue
        }
        logger.info("stopping", metadata: ["signal": "\(signal)"])
        break
    }
    health.startDraining()
    live.end()
    watching.cancel()
    trimming.cancel()
    erasing.cancel()
    lettingGo?.cancel()
    await collector.drain(timeoutSeconds: 3)
    loading.cancel()
    await loading.value
    await erasing.value
    await lettingGo?.value
    await parts.close(loadSeconds: 3)
    directory.removeServeFile()
    await tokenDesk.close()
    try? await threads.shutdownGracefully()
    logger.info("stopped")
}

/// Takes up what the command line changes and a renewed certificate, and once a day drops revocations that outlived
/// their tokens.
private func watch(
    _ access: Access,
    _ plans: CurrentPlan,
    _ tls: TLSIdentity?,
    _ health: Health,
    _ logger: Logger
) async {
    var rounds = 0
    while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(2))
        rounds += 1
        let isDaily = rounds % 43_200 == 0
        // Files, and now and then another process's lock: not on a thread that questions need.
        await offPool {
            do throws(AccessError) {
                try access.reloadIfChanged()
                if isDaily { try access.prune() }
            } catch {
                logger.error("apps and tokens could not be read again", metadata: ["reason": "\(error)"])
            }
            health.tellChanges(logger)
            plans.takeUpChanges(logger)
            if let tls { takeUp(tls, logger) }
        }
    }
}

/// nil where everything is kept.
private func retention(
    _ settings: ServerSettings,
    _ parts: Storage,
    _ loaded: LoadedMark,
    _ health: Health,
    _ logger: Logger
) -> Retention? {
    guard settings.retainDays > 0 else { return nil }
    if settings.journalKeep == .forever {
        logger.notice(
            "the journal is kept as long as --retain allows, not forever",
            metadata: ["days": "\(settings.retainDays)"]
        )
    }
    return Retention(
        days: settings.retainDays,
        store: parts.store,
        journal: parts.journal,
        loaded: loaded,
        counters: health.privacy,
        logger: logger,
        nowSeconds: UnixTime.seconds
    )
}

/// Lets the oldest refused reports go, once a minute, where there are too many.
private func keepBounded(_ quarantine: Quarantine, _ limitBytes: Int, _ health: Health, _ logger: Logger) async {
    while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(60))
        guard !Task.isCancelled else { return }
        do throws(StoreError) {
            let gone = try await quarantine.trim(limitBytes: limitBytes)
            guard gone > 0 else { continue }
            health.refusalsDropped.wrappingAdd(UInt64(gone), ordering: .relaxed)
            logger.notice("the oldest refused reports made room", metadata: ["reports": "\(gone)"])
        } catch {
            logger.error("the quarantine could not be looked at", metadata: ["reason": "\(error)"])
        }
    }
}

private func takeUp(_ tls: TLSIdentity, _ logger: Logger) {
    do throws(TLSError) {
        guard try tls.reloadIfChanged() else { return }
        logger.info("took up the new certificate", metadata: ["certificate": "\(tls.certificatePath)"])
    } catch {
        logger.error("kept the certificate: the new one cannot be used", metadata: ["reason": "\(error)"])
    }
}

private func consoleResponder(
    _ settings: ServerSettings,
    access: Access,
    store: any EventStore,
    search: JournalSearch,
    loadedUntilSeconds: @escaping @Sendable () -> Int64?,
    plans: CurrentPlan,
    health: Health,
    quarantine: Quarantine,
    privacy: Privacy,
    live: LiveSource,
    exportFolder: String,
    threads: NIOThreadPool,
    tokenDesk: TokenDesk,
    tokenLimiter: RateLimiter<InternetAddress>,
    logger: Logger
) throws(StartFailure) -> RequestResponder {
    let files = InstalledFiles.locate(webDirectory: settings.webDirectory)
    let console = try starting { () throws(ConsoleStartError) in
        try Console(
            insights: Insights(
                store: store,
                plan: { plans.plan },
                journal: search.find,
                loadedUntilSeconds: loadedUntilSeconds
            ),
            access: access,
            plans: plans,
            webDirectory: files.web,
            assetsDirectory: files.assets,
            logger: logger,
            threads: threads,
            quarantine: quarantine,
            privacy: privacy,
            live: live,
            export: ExportSource(store: store, folder: exportFolder, threads: threads)
        )
    }
    let endpoint = try starting { () throws(AccessError) in try TokenEndpoint(access: access) }
    let router = Router(context: ConsoleContext.self, options: .autoGenerateHeadEndpoints)
    console.addRoutes(to: router)
    OperationsRoutes(health: health).add(to: router)
    TokenRoutes(endpoint: endpoint, desk: tokenDesk, limiter: tokenLimiter, logger: logger).add(to: router)
    let bridge = ResponderBridge(responder: router.buildResponder(), logger: logger)
    return { request, stream in try await bridge.respond(request, stream) }
}

private func startIntake(
    _ settings: ServerSettings,
    _ parts: Storage,
    access: Access,
    plan: PlanTable,
    tls: TLSIdentity?,
    responder: @escaping RequestResponder,
    logger: Logger
) throws(StartFailure) -> (collector: Collector, at: ServingAt) {
    var intake = CollectorSettings()
    intake.corsOrigins = settings.corsOrigins
    intake.trustedProxies = settings.trustedProxies
    intake.storedAddress = settings.storedAddress
    intake.limits = intakeLimits(settings.limits, logger)
    do throws(SocketError) {
        let collector = try Collector(
            settings: intake,
            journal: parts.journal,
            access: access,
            plan: plan,
            loops: settings.eventLoops > 0 ? settings.eventLoops : max(1, System.coreCount / 2),
            tls: tls,
            responder: responder
        )
        let port = try collector.listen(host: settings.host, port: settings.port)
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let shown = host == "0.0.0.0" || host == "[::]" ? "127.0.0.1" : host
        let scheme = tls == nil ? "http" : "https"
        return (collector, ServingAt(url: "\(scheme)://\(shown):\(port)", host: settings.host, port: port))
    } catch {
        throw cannotListen(settings, error)
    }
}

/// The intake's limits, as far as the system allows them.
private func intakeLimits(_ limits: ServerLimits, _ logger: Logger) -> CollectorLimits {
    var intake = limits.intake
    let fileLimit = FileLimit.raise()
    intake.connectionLimit = FileLimit.connections(within: fileLimit, wanted: intake.connectionLimit)
    if intake.connectionLimit < limits.intake.connectionLimit {
        // The default is nobody's wish: it is told, not warned about.
        let wasAskedFor = limits.intake.connectionLimit != CollectorLimits().connectionLimit
        logger.log(
            level: wasAskedFor ? .warning : .info,
            "fewer connections than asked for: the system allows too few open files; raise it (ulimit -n, LimitNOFILE=)",
            metadata: ["connections": "\(intake.connectionLimit)", "open_files": "\(fileLimit)"]
        )
    }
    return intake
}

/// Whether the address can be listened on, asked before the store is opened: a taken port is then said at once, and
/// nothing was touched.
private func checkAddress(_ settings: ServerSettings) throws(StartFailure) {
    guard settings.port != 0 else { return }
    do throws(SocketError) {
        try ListeningSocket(host: settings.host, port: settings.port).close()
    } catch {
        throw cannotListen(settings, error)
    }
}

private func cannotListen(_ settings: ServerSettings, _ error: SocketError) -> StartFailure {
    guard error.code == EADDRINUSE else {
        return StartFailure("cannot listen on \(settings.host) port \(settings.port): \(error)")
    }
    return StartFailure(
        "port \(settings.port) on \(settings.host) is taken by another process; stop it, or choose another --port"
    )
}
