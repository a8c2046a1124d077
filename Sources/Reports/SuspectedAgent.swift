/// A kind of program, told by its `User-Agent`, that is likely no person with a phone: a crawler, an automated browser,
/// a script. Suspected, not refused: anybody can call himself anything, and a server may well report for its users.
///
/// The numbers stand in the journal: a kind keeps its number for ever.
package enum SuspectedAgent: UInt8, Sendable, CaseIterable {
    case otherBot = 1
    case googlebot, bingbot, baiduspider, sogouSpider, soSpider, bytespider, yandexBot, gptBot, claudeBot
    case linkPreview, monitor, headlessBrowser, browserAutomation
    case curl, wget, python, go, java, node, perl, ruby, php, apiClient

    /// As people know it.
    package var name: String {
        switch self {
        case .otherBot: "other bot"
        case .googlebot: "Googlebot"
        case .bingbot: "bingbot"
        case .baiduspider: "Baiduspider"
        case .sogouSpider: "Sogou spider"
        case .soSpider: "360Spider"
        case .bytespider: "Bytespider"
        case .yandexBot: "YandexBot"
        case .gptBot: "GPTBot"
        case .claudeBot: "ClaudeBot"
        case .linkPreview: "link preview"
        case .monitor: "monitoring"
        case .headlessBrowser: "headless browser"
        case .browserAutomation: "browser automation"
        case .curl: "curl"
        case .wget: "Wget"
        case .python: "Python script"
        case .go: "Go program"
        case .java: "Java program"
        case .node: "Node.js program"
        case .perl: "Perl script"
        case .ruby: "Ruby script"
        case .php: "PHP script"
        case .apiClient: "API client"
        }
    }

    /// The kind of a `User-Agent`; nil where nothing in it is suspicious. Without case.
    package init?(userAgent: UnsafeRawBufferPointer) {
        let lower = userAgent.prefix(Self.lookedAtBytes).map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
        for (marks, agent) in Self.marks where marks.contains(where: { Self.holds(lower, $0) }) {
            self = agent
            return
        }
        return nil
    }

    /// Of a longer one, the rest is not looked at: whoever pads it is nobody's crawler.
    private static let lookedAtBytes = 512

    /// What tells each, in lower case; the first that is found counts, so the particular ones stand before the general.
    private static let marks: [(marks: [StaticString], agent: SuspectedAgent)] = [
        (["googlebot", "google-inspectiontool", "adsbot-google", "mediapartners-google"], .googlebot),
        (["bingbot", "bingpreview", "msnbot"], .bingbot),
        (["baiduspider"], .baiduspider),
        (["sogou web spider", "sogou inst spider", "sogou spider"], .sogouSpider),
        (["360spider", "haosouspider"], .soSpider),
        (["bytespider"], .bytespider),
        (["yandexbot", "yandex.com/bots"], .yandexBot),
        (["gptbot", "chatgpt-user", "oai-searchbot"], .gptBot),
        (["claudebot", "claude-web"], .claudeBot),
        (
            [
                "facebookexternalhit", "twitterbot", "slackbot", "telegrambot", "whatsapp/", "discordbot",
                "linkedinbot",
                "skypeuripreview",
            ], .linkPreview
        ),
        (["uptimerobot", "pingdom", "statuscake", "site24x7", "newrelicpinger", "blackbox"], .monitor),
        (["headlesschrome", "phantomjs", "slimerjs", "htmlunit", "chrome-lighthouse"], .headlessBrowser),
        (["selenium", "puppeteer", "playwright", "webdriver", "cypress"], .browserAutomation),
        (["bot/", "bot;", "bot ", "crawler", "spider", "scrapy", "slurp", "archiver"], .otherBot),
        (["curl/"], .curl),
        (["wget/"], .wget),
        (["python-requests", "python-urllib", "python-httpx", "aiohttp", "python/"], .python),
        (["go-http-client", "go-resty"], .go),
        (["java/", "apache-httpclient", "java-http-client"], .java),
        (["node-fetch", "axios/", "undici", "got (", "node.js", "superagent"], .node),
        (["libwww-perl", "lwp::", "lwp-"], .perl),
        (["ruby", "faraday"], .ruby),
        (["guzzlehttp", "php/"], .php),
        (["postmanruntime", "insomnia/", "httpie/", "apifox", "k6/", "apachebench", "jmeter"], .apiClient),
    ]

    private static func holds(_ bytes: [UInt8], _ mark: StaticString) -> Bool {
        let count = mark.utf8CodeUnitCount
        guard bytes.count >= count else { return false }
        return (0...(bytes.count - count)).contains { start in
            for index in 0..<count where bytes[start + index] != mark.utf8Start[index] { return false }
            return true
        }
    }
}
