import Foundation
import TestSupport
import Testing

extension Cluster {
    @Suite("Faults")
    struct Faults {
        @Test(
            "every acknowledged event is there once, after each process of the cluster and both collectors were killed"
        )
        func killedInTurn() async throws {
            try await Cluster.with { cluster in
                try await Installation.with { first in
                    try await first.withAnother { second in
                        let store = ["FOOTPRINT_STORE": cluster.address]
                        var senders: [(Installation, [Load.Sender])] = []
                        for round in 0..<2 {
                            let stop = Load.StopSign()
                            let one = try await first.serve(environment: store)
                            let two = try await second.serve(environment: store)
                            async let fromOne = Load.run(on: one, named: "one-\(round)", until: stop)
                            async let fromTwo = Load.run(on: two, named: "two-\(round)", until: stop)
                            do {
                                try await cluster.killInTurn(
                                    round == 0 ? ["s1r1", "zk", "s2r2"] : ["s2r1", "s1r2", "zk"]
                                )
                            } catch {
                                stop.raise()
                                throw error
                            }
                            // One dies while it is sent to, the other is told to stop.
                            try await one.killAtOnce()
                            stop.raise()
                            senders += [(first, try await fromOne), (second, try await fromTwo)]
                            try await two.stop(withinSeconds: 30)
                        }
                        for installation in [first, second] {
                            let theirs = senders.filter { $0.0 === installation }.flatMap(\.1)
                            try #require(theirs.contains { !$0.acknowledged.isEmpty })
                            try await Load.expectKept(theirs, in: installation)
                        }
                        // The replicas have the same, and the shards together have it all.
                        _ = try await eventually("the replicas agree", withinSeconds: 60) { () -> Bool? in
                            let (copies, whole) = try cluster.counts()
                            return copies[0] == copies[1] && copies[2] == copies[3] && copies[0] + copies[2] == whole
                                ? true : nil
                        }
                    }
                }
            }
        }

        @Test(
            "reports are taken while the cluster is away, readiness and metrics say so, and they are loaded once it is back"
        )
        func away() async throws {
            try await Cluster.with { cluster in
                for name in ["s1r1", "s1r2", "s2r1", "s2r2"] { try cluster.command("kill \(name)") }
                try await Installation.with { installation in
                    // It starts without the store.
                    let server = try await installation.serve(environment: ["FOOTPRINT_STORE": cluster.address])
                    for number in 0..<20 {
                        let body = ReportBody.text(uid: "user \(number)", items: #"[{"operate_id":10000}]"#)
                        #expect(try server.ask(.report(body, token: server.token)).ret == 0)
                    }
                    _ = try await eventually("readiness says that loading fails", withinSeconds: 30) { () -> Bool? in
                        let answer = try server.ask(.get("/readyz"))
                        return answer.status == 200 && answer.text.contains(#""loading":"failing"#) ? true : nil
                    }
                    _ = try await eventually("metrics say so", withinSeconds: 30) { () -> Bool? in
                        try server.metric("loader_ok") == 0 && server.metric("store_ok") == 0 ? true : nil
                    }
                    let question = try server.ask(.get(Footprint.target("overview", Footprint.always)))
                    #expect(question.status != 200)

                    for name in ["s1r1", "s1r2", "s2r1", "s2r2"] { try cluster.command("start \(name)") }
                    _ = try await eventually("all of them are loaded", withinSeconds: 90, every: 0.5) { () -> Bool? in
                        try server.question("overview", Footprint.always)["events"]?.int == 20 ? true : nil
                    }
                    _ = try await eventually("nothing is wrong any more", withinSeconds: 30) { () -> Bool? in
                        try server.metric("loader_ok") == 1 && server.metric("store_ok") == 1 ? true : nil
                    }
                }
            }
        }

        @Test("a report that was stored by one collector and sent again to the other counts once")
        func repeatedElsewhere() async throws {
            try await Cluster.with { cluster in
                try await Installation.with { first in
                    try await first.withAnother { second in
                        let store = ["FOOTPRINT_STORE": cluster.address]
                        let one = try await first.serve(environment: store)
                        let two = try await second.serve(environment: store)
                        let body = ReportBody.text(
                            uid: "careful client",
                            items:
                                #"[{"operate_id":10000,"trace_id":"t1","event_time":1710300000},{"operate_id":10000,"trace_id":"t1"}]"#
                        )
                        #expect(try one.ask(.report(body, token: first.token)).ret == 0)
                        _ = try await one.events(of: "careful client", atLeast: 2)
                        #expect(try two.ask(.report(body, token: first.token)).ret == 0)
                        #expect(try two.ask(.report(ReportBody.text(uid: "after"), token: first.token)).ret == 0)
                        _ = try await one.events(of: "after")
                        #expect(try one.eventCount(uid: "careful client") == 2)
                        #expect(try two.metric("loader_repeats_total") == 2)
                    }
                }
            }
        }

        @Test("a data directory stays with the store it was loaded into, and commands find it there")
        func staysWithItsStore() async throws {
            try await Cluster.with { cluster in
                try await Installation.with { installation in
                    let server = try await installation.serve(options: ["--store", cluster.address])
                    #expect(try server.ask(.report(ReportBody.text(uid: "one"), token: server.token)).ret == 0)
                    _ = try await server.events(of: "one")
                    try await server.stop(withinSeconds: 30)

                    let count = ["sql", "SELECT count() FROM events", "--data", installation.data, "--format", "csv"]
                    let counted = try await Program.output(of: count)
                    #expect(counted.contains("1"))
                    let other = try await Program.run(
                        ["serve", "--data", installation.data, "--port", "0", "--store", "embedded"]
                    )
                    #expect(!other.succeeded)
                    #expect(other.errors.contains("was loaded into clickhouse://"))
                    // As before, without being told.
                    let again = try await installation.serve()
                    #expect(try again.eventCount(uid: "one") == 1)
                }
            }
        }
    }
}
