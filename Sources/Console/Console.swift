package import Access
package import Hummingbird
package import Insights
package import Logging

/// The pages people look at and the questions they ask, over HTTP.
///
/// Three things under one router: `/` and `/assets/…` (static files), `/console/session` (sign-in), and
/// `/api/v1/QUESTION` (answers as JSON or CSV). Static files are read, hashed and compressed once, in `init`; after
/// that nothing of this target touches the disk.
package struct Console: Sendable {
    private let questions: QuestionRoutes
    private let sql: SQLRoute
    private let sessions: SessionRoutes
    private let files: StaticRoutes

    /// - Parameters:
    ///   - webDirectory: `web/console` of the source tree or the installed copy of it; holds `index.html`.
    ///   - assetsDirectory: holds `echarts.min.js`, which set-up fetches and nobody commits.
    ///   - secureCookies: true where browsers reach the console by https, so that the cookie never travels without.
    ///   - nowSeconds: the clock, Unix seconds.
    /// - Throws: ``ConsoleStartError`` where a file that the pages need is missing or unreadable.
    package init(
        insights: Insights,
        access: Access,
        webDirectory: String,
        assetsDirectory: String,
        logger: Logger,
        secureCookies: Bool,
        nowSeconds: @escaping @Sendable () -> Int64 = WallClock.seconds
    ) throws(ConsoleStartError) {
        let site = try StaticSite(webDirectory: webDirectory, assetsDirectory: assetsDirectory)
        let adminSessions = AdminSessions(access: access, nowSeconds: nowSeconds)
        files = StaticRoutes(site: site)
        sessions = SessionRoutes(
            sessions: adminSessions,
            throttle: SignInThrottle(),
            secureCookies: secureCookies,
            nowSeconds: nowSeconds,
            logger: logger
        )
        let gate = AdminGate(access: access, sessions: adminSessions, nowSeconds: nowSeconds)
        sql = SQLRoute(insights: insights, gate: gate)
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
        sql.add(to: router)
        questions.add(to: router)
    }
}
