import Testing

extension Questions {
    @Suite("Parameters")
    struct Parameters {
        @Test(
            "what a question does not know is 400 and 1001, and the detail says which",
            arguments: [
                ("overview", "from", "yesterday"), ("overview", "from", "2024-02-30"),
                ("overview", "from", "2024-13-01"),
                ("overview", "from", "2024-3-1"), ("overview", "from", ""), ("overview", "from", "1.5"),
                ("overview", "from", "-1"),
                ("overview", "from", "2024-03-13T00:00:00Z"), ("overview", "from", "99999999999999999999"),
                ("overview", "to", "tomorrow"), ("overview", "to", "１２３"), ("overview", "to", "0x10"),
                ("overview", "tz", "Mars/Olympus"), ("overview", "tz", "../../../etc/passwd"),
                ("overview", "tz", "/etc/localtime"),
                ("overview", "tz", "UTC'; SELECT 1"), ("overview", "tz", ""),
                ("overview", "channel", "one"), ("overview", "channel", "-1"), ("overview", "channel", "1.0"),
                ("overview", "channel", "4294967296"), ("overview", "channel", ""), ("overview", "channel", "1,2"),
                ("overview", "page_id", "1 OR 1=1"), ("overview", "device_type", "NULL"), ("overview", "pos_id", "1e3"),
                ("overview", "operate_id", "10000)"), ("overview", "business_type", "+1"), ("overview", "uid", ""),
                ("overview", "nonsense", "1"), ("overview", "Channel", "1"), ("overview", "limit", "5"),
                ("trend", "metric", "clicks"), ("trend", "metric", "pv,"), ("trend", "metric", ""),
                ("trend", "metric", "pv;uv"),
                ("trend", "interval", "year"), ("trend", "interval", ""), ("trend", "interval", "DAY"),
                ("pages", "limit", "0"), ("pages", "limit", "-1"), ("pages", "limit", "ten"), ("pages", "limit", "1e9"),
                ("pages", "limit", "99999999999"), ("pages", "order", "name"), ("pages", "order", "pv DESC"),
                ("breakdown", "by", "uid"), ("breakdown", "by", ""), ("breakdown", "by", "channel, uid"),
                ("users/u", "limit", "many"), ("users/u", "before", "never"), ("trace/t", "from", "never"),
            ]
        )
        func refused(question: String, name: String, value: String) throws {
            let required: [(String, String)] = question == "breakdown" && name != "by" ? [("by", "channel")] : []
            let answer = try RunningServer.current.rawQuestion(question, required + [(name, value)])
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.ret == 1001)
            #expect(answer.json?["msg"]?.string == Fixed.parameterMessage)
            #expect(
                answer.detail?.lowercased().contains(name.lowercased()) == true,
                "detail: \(answer.detail ?? "none")"
            )
            #expect(answer.json?["data"] == nil)
        }

        @Test("a period that ends before it begins is 400")
        func backwards() throws {
            for (from, to) in [
                ("2024-03-14", "2024-03-13"), ("1710000000", "1710000000"), ("1710000001", "1710000000"),
            ] {
                let answer = try RunningServer.current.rawQuestion("overview", [("from", from), ("to", to)])
                #expect(answer.status == 400, "\(from) … \(to): \(answer)")
            }
        }

        @Test("a parameter that may come once and comes twice is 400", arguments: ["from", "to", "tz"])
        func twice(name: String) throws {
            let value = name == "tz" ? "UTC" : "2024-03-13"
            let answer = try RunningServer.current.rawQuestion("overview", [(name, value), (name, value)])
            #expect(answer.status == 400, "\(answer)")
        }

        @Test(
            "a question nobody asks here is 404",
            arguments: ["", "nonsense", "overview/x", "users", "trace", "Overview"]
        )
        func unknownQuestion(path: String) throws {
            let answer = try RunningServer.current.rawQuestion(path)
            // A question that lacks its subject may be called a bad parameter as well.
            #expect(answer.status == 404 || (answer.status == 400 && ["users", "trace"].contains(path)), "\(answer)")
        }

        @Test("breakdown needs its field")
        func missing() throws {
            #expect(try RunningServer.current.rawQuestion("breakdown").status == 400)
        }

        static let injections = [
            "' OR '1'='1", "'; DROP TABLE events; --", "\\' OR 1=1 --", "\\", "\\\\'", "') OR 1=1 --", "\" OR \"\"=\"",
            "x' UNION ALL SELECT 1 --", "/* */", "-- ", "\u{0}' OR 1=1", "%' OR '%'='", "user_0428' --", "${jndi}",
            "{uid:String}",
            "＇ OR 1=1", "\u{2019} OR 1=1", "'+sleep(3)+'", "'||(SELECT version())||'", "\n' OR 1=1 --", "?",
        ]

        @Test("a value is a value: SQL in it finds nothing and breaks nothing", arguments: injections)
        func injection(text: String) async throws {
            let server = try RunningServer.current
            let filtered = try server.rawQuestion("overview", Shop.everything + [("uid", text)])
            #expect(filtered.status == 200, "\(filtered)")
            #expect(filtered.json?["data"]?["events"] == 0)
            #expect(filtered.json?["data"]?["new_users"] == 0)
            let trend = try server.rawQuestion("trend", Shop.everything + [("uid", text), ("interval", "month")])
            #expect(trend.json?["data"]?.array?.allSatisfy { $0["pv"] == 0 } == true, "\(trend)")
            let user = try server.rawQuestion("users/\(Footprint.escaped(text))")
            #expect(user.json?["data"]?["events"]?.array == [], "\(user)")
            let trace = try server.rawQuestion("trace/\(Footprint.escaped(text))")
            #expect(trace.json?["data"]?.array == [], "\(trace)")
            let whole = try server.question("overview", Shop.everything)
            #expect(whole["events"]?.int == (try await Shop.events().count))
        }

        @Test("an answer is JSON in the contract's envelope")
        func envelope() throws {
            let answer = try RunningServer.current.rawQuestion("overview", Shop.everything)
            #expect(answer["Content-Type"]?.hasPrefix("application/json") == true)
            #expect(answer.text.hasPrefix(#"{"ret":0,"msg":"","data":"#))
            #expect(answer.json?.object.map { Set($0.keys) } == ["ret", "msg", "data", "as_of", "late"])
        }

        @Test("names come in Chinese or English, as the asker reads")
        func languages() throws {
            let server = try RunningServer.current
            func names(_ language: String) throws -> [String] {
                let request = HTTPRequest.get(
                    Footprint.target("breakdown", Shop.everything + [("by", "channel")]),
                    authorization: server.installation.adminToken
                ).with("Accept-Language", language)
                return try server.ask(request).json?["data"]?.array?.compactMap { $0["name"]?.string } ?? []
            }
            #expect(Set(try names("en-GB,en;q=0.9")) == ["H5", "Mini-program"])
            #expect(Set(try names("zh-CN,zh;q=0.9")) == ["H5", "小程序"])
        }
    }
}
