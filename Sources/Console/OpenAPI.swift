import Foundation
import Insights

/// `/openapi.json`: the API as OpenAPI 3.1, for programs; the page at `/docs` is made from it.
///
/// What is fixed is written by hand in `docs/openapi.json` of the console's folder. The questions are not: their paths
/// come from the catalogue that checks the requests, in place of the mark `"{{questions}}": {}`, so that the document
/// cannot name a parameter that is not taken or miss one that is.
package enum OpenAPI {
    /// Stands in the fixed part where the questions' paths belong.
    static let questionsMark = #""{{questions}}": {}"#

    /// The whole document; nil where the fixed part has no place for the questions.
    package static func document(fixedPart: String) -> [UInt8]? {
        guard fixedPart.contains(questionsMark) else { return nil }
        let questions = Insights.catalogue.map { entry in
            let path = JSONValue.string(entry.openAPIPath).encoded()
            return String(decoding: path + Array(": ".utf8) + entry.openAPIPathItem.encoded(), as: UTF8.self)
        }
        return Array(
            fixedPart.replacingOccurrences(of: questionsMark, with: questions.joined(separator: ",\n    ")).utf8
        )
    }
}

extension CatalogueEntry {
    /// `/api/v1/users/{uid}`
    fileprivate var openAPIPath: String {
        QuestionRoutes.prefix + name + (subject.map { "/{\($0.name)}" } ?? "")
    }

    fileprivate var openAPIPathItem: JSONValue {
        [
            "get": [
                "operationId": .string("question.\(name)"),
                "tags": ["questions"],
                "summary": .string(summary.english),
                "x-summary-zh": .string(summary.chinese),
                "x-role": "viewer",
                "security": [["adminToken": []], ["session": []]],
                "parameters": .array(subjectParameters + parameters.map(\.openAPIParameter) + Self.formParameters),
                "responses": responses,
            ]
        ]
    }

    private var subjectParameters: [JSONValue] {
        guard let subject else { return [] }
        return [
            [
                "name": .string(subject.name),
                "in": "path",
                "required": true,
                "description": .string(subject.meaning.english),
                "x-description-zh": .string(subject.meaning.chinese),
                "schema": .object(ParameterKind.text.schema),
            ]
        ]
    }

    /// What ``AskedQuestion`` takes out of the query before the question sees it.
    private static let formParameters: [JSONValue] = [
        [
            "name": "format", "in": "query",
            "description": "The answer's form: JSON, or a CSV file",
            "x-description-zh": "响应格式：JSON 或 CSV 文件",
            "schema": ["enum": ["json", "csv"], "default": "json"],
        ],
        [
            "name": "bom", "in": "query",
            "description": "`1`: a CSV file begins with a byte order mark, which spreadsheets need to read Chinese",
            "x-description-zh": "`1` 表示 CSV 文件以字节序标记开头，电子表格软件据此识别中文",
            "schema": ["enum": ["0", "1"], "default": "0"],
        ],
        [
            "name": "lang", "in": "query",
            "description": "The language of names; without it `Accept-Language` chooses",
            "x-description-zh": "名称所用语言；不填则按 `Accept-Language`",
            "schema": ["enum": ["zh", "en"]],
        ],
    ]

    private var responses: JSONValue {
        [
            "200": [
                "description": "Answered.",
                "x-description-zh": "查询结果。",
                "content": [
                    "application/json": [
                        "schema": [
                            "allOf": [["$ref": "#/components/schemas/Answered"]],
                            "properties": ["data": ["$ref": .string("#/components/schemas/question.\(name)")]],
                        ]
                    ],
                    "text/csv": ["schema": ["type": "string"]],
                ],
            ],
            "400": ["$ref": "#/components/responses/BadParameter"],
            "401": ["$ref": "#/components/responses/NotAdmitted"],
            "405": ["$ref": "#/components/responses/WrongMethod"],
            "422": ["$ref": "#/components/responses/OverLimit"],
            "429": ["$ref": "#/components/responses/TooMany"],
            "431": ["$ref": "#/components/responses/MalformedHTTP"],
            "500": ["$ref": "#/components/responses/Broken"],
            "503": ["$ref": "#/components/responses/Unavailable"],
        ]
    }
}

extension CatalogueEntry.Parameter {
    fileprivate var openAPIParameter: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)),
            .init("in", "query"),
            .init("required", .bool(isRequired)),
            .init("description", .string(meaning.english)),
            .init("x-description-zh", .string(meaning.chinese)),
        ]
        var schema = kind.schema
        if isRepeatable {
            // `channel=1&channel=2`: what a query's array is where nothing else is said.
            schema = [
                .init("type", "array"), .init("items", .object(schema)),
                .init("maxItems", .int(Int64(Self.repeatsAtMost))),
            ]
        } else if kind.isList {
            // `metric=pv,uv`
            members += [.init("style", "form"), .init("explode", false)]
        }
        if let standard { schema.append(.init("default", kind.json(of: standard))) }
        members.append(.init("schema", .object(schema)))
        if let example = kind.example { members.append(.init("example", example)) }
        return .object(members)
    }

    /// As `Arguments` has it; the test of this document compares the two.
    private static let repeatsAtMost = 200
}

extension ParameterKind {
    /// The value's JSON Schema. No standard has a `format` for names of time zones: this one is for readers.
    fileprivate var schema: [JSONValue.Member] {
        switch self {
        case .moment:
            [
                .init(
                    "anyOf",
                    [
                        ["type": "string", "format": "date"],
                        ["type": "integer", "minimum": 0, "maximum": 4_294_967_296],
                    ]
                )
            ]
        case .timeZone:
            [.init("type", "string"), .init("format", "iana-time-zone")]
        case .integer(let range):
            [
                .init("type", "integer"),
                .init("minimum", .int(Int64(range.lowerBound))),
                .init("maximum", .int(Int64(range.upperBound))),
            ]
        case .idOrAbsent:
            [
                .init(
                    "anyOf",
                    [["type": "integer", "minimum": 0, "maximum": 4_294_967_295], ["const": "absent"]]
                )
            ]
        case .text:
            [.init("type", "string"), .init("minLength", 1), .init("maxLength", 128), .init("x-max-bytes", 128)]
        case .choice(let values):
            [.init("enum", .array(values.map(JSONValue.string)))]
        case .choices(let values):
            [
                .init("type", "array"),
                .init("items", ["enum": .array(values.map(JSONValue.string))]),
                .init("minItems", 1),
            ]
        case .steps:
            [
                .init("type", "array"),
                .init("items", ["type": "string", "pattern": .string("^(page|pos|operate):\(Self.idPattern)$")]),
                .init("minItems", 2),
                .init("maxItems", 10),
            ]
        case .cursor:
            [
                .init("type", "string"),
                .init("pattern", .string("^\(Self.idPattern)\\.[0-9]{1,18}\\.[0-9]{1,3}$")),
            ]
        }
    }

    /// Written as one parameter, its parts separated by commas.
    fileprivate var isList: Bool {
        switch self {
        case .choices, .steps: true
        case .moment, .timeZone, .integer, .idOrAbsent, .text, .choice, .cursor: false
        }
    }

    /// The catalogue's standards are written as one would type them.
    fileprivate func json(of text: String) -> JSONValue {
        switch self {
        case .integer: Int64(text).map(JSONValue.int) ?? .string(text)
        case .choices, .steps: .array(text.split(separator: ",").map { .string(String($0)) })
        case .moment, .timeZone, .idOrAbsent, .text, .choice, .cursor: .string(text)
        }
    }

    fileprivate var example: JSONValue? {
        switch self {
        case .moment: "2024-03-13"
        case .steps: ["page:1", "page:5", "operate:11000"]
        case .timeZone, .integer, .idOrAbsent, .text, .choice, .choices, .cursor: nil
        }
    }

    /// 0 … 4294967295 in digits, as a regular expression has to say it.
    private static let idPattern =
        "([0-9]{1,9}|[1-3][0-9]{9}|4([01][0-9]{8}|2([0-8][0-9]{7}|9([0-3][0-9]{6}|4([0-8][0-9]{5}"
        + "|9([0-5][0-9]{4}|6([0-6][0-9]{3}|7([01][0-9]{2}|2([0-8][0-9]|9[0-5])))))))))"
}
