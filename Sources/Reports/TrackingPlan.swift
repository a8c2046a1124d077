/// What may be reported: the known values of the enumerated fields, and the names people read.
///
/// Source of the rule: INTERFACE section 5; ``contract`` is the plan that ships.
package struct TrackingPlan: Sendable, Equatable {
    /// Grows with every change; each stored event knows the version it was checked by.
    package var version: UInt32
    package var businessTypes: [UInt32: Name]
    package var deviceTypes: [UInt32: Name]
    package var channels: [UInt32: Name]
    package var operations: [UInt32: Operation]
    package var pages: [UInt32: Name]
    package var positions: [UInt32: Name]
    /// Whether ids outside ``pages`` and ``positions`` are let through; the default.
    package var pagesOpen = true
    package var positionsOpen = true

    package init(
        version: UInt32,
        businessTypes: [UInt32: Name],
        deviceTypes: [UInt32: Name],
        channels: [UInt32: Name],
        operations: [UInt32: Operation],
        pages: [UInt32: Name] = [:],
        positions: [UInt32: Name] = [:]
    ) {
        self.version = version
        self.businessTypes = businessTypes
        self.deviceTypes = deviceTypes
        self.channels = channels
        self.operations = operations
        self.pages = pages
        self.positions = positions
    }

    /// A name in the two languages of the console.
    package struct Name: Sendable, Equatable {
        package var chinese: String
        package var english: String

        package init(chinese: String, english: String) {
            self.chinese = chinese
            self.english = english
        }
    }

    /// One `operate_id`: its name, and what its events must obey.
    package struct Operation: Sendable, Equatable {
        package var name: Name
        package var kind: Kind
        /// The channels its events may name; empty lets every channel of the plan through.
        package var channels: [UInt32]
        /// What its events must carry: fields of the item, and `device_type` and `business_type` of the head.
        package var required: [Rejection.Field]
        package var ranges: [FieldRange]

        package init(
            name: Name,
            kind: Kind,
            channels: [UInt32] = [],
            required: [Rejection.Field] = [],
            ranges: [FieldRange] = []
        ) {
            self.name = name
            self.kind = kind
            self.channels = channels
            self.required = required
            self.ranges = ranges
        }

        package enum Kind: String, Sendable, CaseIterable {
            /// Counts as a page view (pv).
            case pageView = "page_view"
            case action
        }
    }

    /// The values an integer field of one operation's items may have, both ends included.
    package struct FieldRange: Sendable, Equatable {
        package var field: Rejection.Field
        package var minimum: UInt64
        package var maximum: UInt64

        package init(field: Rejection.Field, minimum: UInt64, maximum: UInt64) {
            self.field = field
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    /// The operate_ids that count as page views, ascending: the definition of `pv`.
    package var pageViewOperations: [UInt32] {
        operations.filter { $0.value.kind == .pageView }.keys.sorted()
    }

    /// The contract's own table.
    package static let contract = TrackingPlan(
        version: 1,
        businessTypes: [1: Name(chinese: "游戏家联盟", english: "Gamers' Union")],
        deviceTypes: [
            1: Name(chinese: "安卓", english: "Android"),
            2: Name(chinese: "iOS", english: "iOS"),
        ],
        channels: [
            1: Name(chinese: "H5", english: "H5"),
            2: Name(chinese: "小程序", english: "Mini-program"),
        ],
        operations: [
            10000: Operation(name: Name(chinese: "访问 H5 页面", english: "Visit an H5 page"), kind: .pageView),
            11000: Operation(name: Name(chinese: "访问小程序页面", english: "Visit a mini-program page"), kind: .pageView),
        ]
    )
}
