package import Access
package import Hummingbird
package import Insights
import Live
package import Logging
package import NIOPosix
package import Plans
package import Privacy
package import Quarantine

/// The pages people look at and the questions they ask, over HTTP.
///
/// Under one router: `/` and `/assets/…` (static files), `/console/session` (sign-in), `/api/v1/QUESTION` (answers as
/// JSON or CSV), `/api/v1/live` (reports as they come), and `/api/v1/apps`, `tokens`, `keys`, `plan`, `audit` (what administrators change). Static files are read,
/// hashed and compressed once, in `init`; what changes something runs on threads of its own.
package struct Console: Sendable {
    private let questions: QuestionRoutes
    private let sql: SQLRoute
    private let live: LiveRoute?
    private let export: ExportRoute?
    private let admin: AdminRoutes
    private let sessions: SessionRoutes
    private let files: StaticRoutes

    /// - Parameters:
    ///   - webDirectory: `web/console` of the source tree or the installed copy of it; holds `index.html`.
    ///   - assetsDirectory: holds `echarts.min.js`, which set-up fetches and nobody commits.
    ///   - threads: where work waits for the disk; must run as long as the console.
    ///   - quarantine: what was refused; nil where none is kept.
    ///   - privacy: what may be done about one person's data; nil where nothing is kept.
    ///   - live: reports as they come; nil where nobody can look on.
    ///   - export: raw events as files; nil where none are handed out.
    ///   - nowSeconds: the clock, Unix seconds.
    /// - Throws: ``ConsoleStartError`` where a file that the pages need is missing or unreadable.
    package init(
        insights: Insights,
        access: Access,
        plans: CurrentPlan,
        webDirectory: String,
        assetsDirectory: String,
        logger: Logger,
        threads: NIOThreadPool,
        quarantine: Quarantine? = nil,
        privacy: Privacy? = nil,
        live: LiveSource? = nil,
        export: ExportSource? = nil,
        nowSeconds: @escaping @Sendable () -> Int64 = WallClock.seconds
    ) throws(ConsoleStartError) {
        let site = try StaticSite(webDirectory: webDirectory, assetsDirectory: assetsDirectory)
        let adminSessions = AdminSessions(access: access, nowSeconds: nowSeconds)
        let throttle = SignInThrottle()
        let disk = DiskWork(threads: threads, logger: logger)
        files = StaticRoutes(site: site)
        sessions = SessionRoutes(
            access: access,
            sessions: adminSessions,
            throttle: throttle,
            disk: disk,
            nowSeconds: nowSeconds,
            logger: logger
        )
        let gate = AdminGate(access: access, sessions: adminSessions, throttle: throttle, nowSeconds: nowSeconds)
        admin = AdminRoutes(
            access: access,
            plans: plans,
            gate: gate,
            disk: disk,
            quarantine: quarantine,
            privacy: privacy
        )
        sql = SQLRoute(insights: insights, gate: gate)
        self.export = export.map {
            ExportRoute(source: $0, gate: gate, privacy: privacy, nowSeconds: nowSeconds, logger: logger)
        }
        self.live = live.map { LiveRoute(source: $0, gate: gate, nowSeconds: nowSeconds) }
        questions = QuestionRoutes(
            insights: insights,
            gate: gate,
            nowSeconds: nowSeconds,
            logger: logger
        )
    }

    /// Adds the console's routes, and the headers and error answers that every response of this router then has:
    /// routes that are added afterwards share them.
    package func addRoutes(to router: Router<ConsoleContext>) {
        router.add(middleware: SecurityHeaders())
        router.add(middleware: ErrorAnswers())
        files.add(to: router)
        sessions.add(to: router)
        admin.add(to: router)
        sql.add(to: router)
        live?.add(to: router)
        export?.add(to: router)
        questions.add(to: router)
    }
}
