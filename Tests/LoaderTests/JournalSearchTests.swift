import EventStore
import Foundation
import Journal
import Loader
import Reports
import Testing

extension LoaderTests {
    @Suite("A search of the journal", .serialized)
    struct JournalSearchTests {
        private func events(_ findings: JournalFindings) -> [(uid: String, isLoaded: Bool)] {
            findings.events.flatMap { batch in
                (0..<batch.count).map { row in
                    (
                        String(decoding: batch.uid[row], as: UTF8.self),
                        findings.isLoaded(segment: batch.journalSegment[row], offset: batch.journalOffset[row])
                    )
                }
            }
        }

        @Test("finds what is loaded and what is not, by uid and by trace, exactly")
        func finds() async throws {
            let dock = try await LoadingDock()
            try await dock.run { journal, loader in
                let search = JournalSearch(journal: journal, loader: loader)
                #expect(try await search.find(SoughtID(.uid, "u")).events.isEmpty)
                try await journal.append([
                    Report.visit("u", page: 1, trace: "t"), Report.visit("uu", page: 1, trace: "tt"),
                ])
                await loader.catchUp()
                try await journal.append(
                    [Report.visit("u", page: 1, trace: "t"), Report.visit("u", page: 2)],
                    arrival: 1_732_435_300_000_000
                )
                let byUser = events(try await search.find(SoughtID(.uid, "u")))
                #expect(byUser.map(\.uid) == ["u", "u", "u"])
                #expect(byUser.map(\.isLoaded) == [true, false, false])
                let byTrace = try await search.find(SoughtID(.traceID, "t"))
                #expect(events(byTrace).map(\.isLoaded) == [true, false])
                #expect(byTrace.unreadBytes == 0)
                await loader.catchUp()
                #expect(events(try await search.find(SoughtID(.traceID, "t"))).allSatisfy(\.isLoaded))
                #expect(try await search.find(SoughtID(.uid, "nobody")).events.isEmpty)
            }
            await dock.close()
        }

        @Test("reads the newest part where there is more, and says how much is left")
        func bounded() async throws {
            let dock = try await LoadingDock()
            try await dock.run(segmentBytes: 4 << 10) { journal, loader in
                for number in 0..<400 {
                    try await journal.append(
                        [Report.visit("u\(number)", page: number)],
                        arrival: 1_732_435_200_000_000 + UInt64(number)
                    )
                }
                let search = JournalSearch(journal: journal, loader: loader, limitBytes: 8 << 10)
                let all = journal.segments.reduce(0) { $0 + $1.sizeBytes }
                try #require(all > 12 << 10)
                let newest = try await search.find(SoughtID(.uid, "u399"))
                #expect(events(newest).count == 1)
                #expect(newest.unreadBytes >= all - (8 << 10) && newest.unreadBytes < all)
                #expect(events(try await search.find(SoughtID(.uid, "u0"))).isEmpty)
                let patient = JournalSearch(journal: journal, loader: loader)
                #expect(events(try await patient.find(SoughtID(.uid, "u0"))).count == 1)
                // One segment that is larger than may be read: what was read is said.
                let hasty = JournalSearch(journal: journal, loader: loader, limitBytes: 100)
                #expect(try await hasty.find(SoughtID(.uid, "u0")).unreadBytes > 0)
                await loader.catchUp()
                #expect(try await search.find(SoughtID(.uid, "u399")).unreadBytes == 0)
            }
            await dock.close()
        }

        @Test("many at once: some wait, the others are told to try again")
        func crowded() async throws {
            let dock = try await LoadingDock()
            try await dock.run { journal, loader in
                try await journal.append((0..<2_000).map { Report.visit("u", page: $0) })
                let search = JournalSearch(journal: journal, loader: loader)
                let outcomes = await withTaskGroup(of: Result<JournalFindings, StoreError>.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            do throws(StoreError) {
                                return .success(try await search.find(SoughtID(.uid, "u")))
                            } catch {
                                return .failure(error)
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                var found = 0
                for outcome in outcomes {
                    switch outcome {
                    case .success: found += 1
                    case .failure(let error): #expect("\(error)".contains("try again in a moment"))
                    }
                }
                #expect(found > 0)
                #expect(try await search.find(SoughtID(.uid, "u")).events.first?.count == 2_000)
            }
            await dock.close()
        }
    }
}
