import Testing

extension Contract {
    @Suite("Integers are integers")
    struct IntegerFields {
        enum Field: String, CaseIterable, Sendable {
            case deviceType = "device_type"
            case businessType = "business_type"
            case eventTime = "event_time"
            case channel
            case operateID = "operate_id"
            case pageID = "page_id"
            case posID = "pos_id"
            case prevID = "prev_id"
            case duration

            var isInHead: Bool { self == .deviceType || self == .businessType }
            var isPlanned: Bool { isInHead || self == .channel || self == .operateID }
            var path: String { isInHead ? "head.\(rawValue)" : "items[0].\(rawValue)" }

            /// A report whose only oddity is this field, spelled so.
            func report(spelled value: String, uid: String = ReportBody.newUser()) -> String {
                isInHead
                    ? ReportBody.text(uid: uid, head: #","\#(rawValue)":\#(value)"#)
                    : ReportBody.text(uid: uid, items: #"[{"\#(rawValue)":\#(value)}]"#)
            }
        }

        @Test(
            "a value of another JSON type is refused, and the answer says which",
            arguments: Field.allCases,
            [
                (#""1""#, "a string"), (#""""#, "a string"), (#""null""#, "a string"),
                ("true", "a boolean"), ("false", "a boolean"),
                ("[]", "an array"), ("[1]", "an array"),
                ("{}", "an object"), (#"{"a":1}"#, "an object"),
            ]
        )
        func wrongType(field: Field, value: (spelled: String, found: String)) throws {
            let answer = try RunningServer.current.report(field.report(spelled: value.spelled))
            expectRefused(answer, .exactly("\(field.path): expected an integer, found \(value.found)"))
        }

        @Test(
            "a fraction, an exponent, a negative or a huge number is refused at its field",
            arguments: Field.allCases,
            [
                "1.0", "0.0", "-0.0", "1.5", "1e3", "1E3", "1e0", "1e+2", "1e-2", "1.5e1", "-1", "-9223372036854775809",
                "18446744073709551615", "18446744073709551616", "18446744073709551617",
                "340282366920938463463374607431768211457",
                String(repeating: "9", count: 400), "1" + String(repeating: "0", count: 5000),
            ]
        )
        func noInteger(field: Field, spelled: String) throws {
            let answer = try RunningServer.current.report(field.report(spelled: spelled))
            expectRefused(answer, .at(field.path))
        }

        @Test(
            "what JSON does not call a value is refused",
            arguments: Field.allCases,
            [
                "01", "00", "-01", "+1", ".5", "1.", "0x1", "1_0", "1e", "1e+", "-", "--1", "NaN", "Infinity",
                "-Infinity",
                "undefined", "True", "NULL", "nul", "tru", "'1'", "1 2", "1,", "", "\u{0663}", "\u{FF11}", "1;", "1}",
            ]
        )
        func noValue(field: Field, spelled: String) throws {
            let answer = try RunningServer.current.report(field.report(spelled: spelled))
            expectRefused(answer, .something)
        }

        @Test(
            "page, position and origin end at 4294967295",
            arguments: [Field.pageID, .posID, .prevID],
            ["4294967296", "4294967297", "8589934592", "9223372036854775807"]
        )
        func beyondThirtyTwoBits(field: Field, spelled: String) throws {
            expectRefused(try RunningServer.current.report(field.report(spelled: spelled)), .at(field.path))
        }

        @Test(
            "a value outside the tracking plan is refused at its field",
            arguments: [
                (Field.deviceType, ["0", "3", "255", "4294967295", "4294967297", "4294967298"]),
                (.businessType, ["0", "2", "4294967295", "4294967297"]),
                (.channel, ["0", "3", "4294967295", "4294967297"]),
                (.operateID, ["0", "1", "9999", "10001", "11001", "12000", "4294977296"]),
            ]
        )
        func outsideThePlan(field: Field, values: [String]) throws {
            for value in values {
                expectRefused(try RunningServer.current.report(field.report(spelled: value)), .at(field.path))
            }
        }

        @Test("white space around a number is JSON's", arguments: Field.allCases.filter(\.isPlanned))
        func whiteSpace(field: Field) throws {
            let value = field == .operateID ? "10000" : "1"
            expectStored(try RunningServer.current.report(field.report(spelled: " \t\r\n\(value)\n\r\t ")))
        }
    }
}
