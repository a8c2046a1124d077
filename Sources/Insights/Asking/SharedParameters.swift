extension CatalogueEntry.Parameter {
    /// Which events: every question that counts has these.
    static let scope = period + filters

    /// A question about one trace or user looks at all time where neither end is given.
    static let optionalPeriod = period

    private static let period: [CatalogueEntry.Parameter] = [
        .init(
            "from",
            .moment,
            .init(
                "First day (inclusive), or Unix seconds; default: six days before the last day",
                "起始日期（含），或 Unix 秒；默认为结束日期前六天"
            )
        ),
        .init(
            "to",
            .moment,
            .init("Last day (inclusive), or Unix seconds (exclusive); default: today", "结束日期（含），或 Unix 秒（不含）；默认为今天")
        ),
        .init(
            "tz",
            .timeZone,
            standard: "Asia/Shanghai",
            .init("Time zone of days and hours, an IANA name", "日期与小时所用的时区（IANA 名称）")
        ),
    ]

    /// Several values of one name: any of them. Several names: all of them.
    static let filters: [CatalogueEntry.Parameter] =
        Filters.Column.allCases.map { column in
            .init(
                column.rawValue,
                .idOrAbsent,
                isRepeatable: true,
                .init(
                    "Only events with this \(column.rawValue); `absent`: only events without one",
                    "只统计该 \(column.rawValue) 的事件；absent 表示未上报该字段的事件"
                )
            )
        } + [
            .init(
                Filters.uidName,
                .text,
                isRepeatable: true,
                .init("Only this user's events", "只统计该用户的事件")
            )
        ]

    static func limit(_ standard: Int, upTo maximum: Int = 1_000) -> CatalogueEntry.Parameter {
        .init("limit", .integer(1...maximum), standard: String(standard), .init("At most so many rows", "最多返回的行数"))
    }

    static func order(_ choices: [String]) -> CatalogueEntry.Parameter {
        .init(
            "order",
            .choice(choices),
            standard: choices[0],
            .init(
                "What rows are ordered by: measures from the highest down, ids from the lowest up",
                "排序依据：指标从高到低，编号从小到大"
            )
        )
    }
}
