import Collector
import EventStore
import Journal
import Loader
import Privacy
import Synchronization

/// Counters in the Prometheus text format, version 0.0.4.
enum MetricsText {
    static func render(_ health: Health) -> String {
        var text = ""
        func metric(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: UInt64)]) {
            text += "# HELP footprint_\(name) \(help)\n# TYPE footprint_\(name) \(type)\n"
            for sample in samples { text += "footprint_\(name)\(sample.labels) \(sample.value)\n" }
        }
        func metric(_ name: String, _ type: String, _ help: String, _ value: UInt64) {
            metric(name, type, help, [("", value)])
        }
        if let counters = health.counters {
            metric(
                "reports_total",
                "counter",
                "Reports by outcome.",
                [
                    (#"{outcome="stored"}"#, counters.reportsAccepted.load(ordering: .relaxed)),
                    (#"{outcome="refused"}"#, counters.reportsRejected.load(ordering: .relaxed)),
                    (#"{outcome="unauthorized"}"#, counters.reportsUnauthorized.load(ordering: .relaxed)),
                    (#"{outcome="limited"}"#, counters.reportsLimited.load(ordering: .relaxed)),
                    (#"{outcome="too_large"}"#, counters.reportsTooLarge.load(ordering: .relaxed)),
                    (#"{outcome="busy"}"#, counters.reportsBusy.load(ordering: .relaxed)),
                ]
            )
            metric(
                "reports_refused_total",
                "counter",
                "Refused reports (1001) by reason.",
                counters.rejectionsByReason.sorted { $0.key < $1.key }.map { (#"{reason="\#($0.key)"}"#, $0.value) }
            )
            metric(
                "refusals_total",
                "counter",
                "Refused reports by what became of them.",
                [
                    (#"{fate="kept"}"#, counters.refusalsKept.load(ordering: .relaxed)),
                    (#"{fate="lost"}"#, counters.refusalsLost.load(ordering: .relaxed)),
                    (#"{fate="dropped"}"#, health.refusalsDropped.load(ordering: .relaxed)),
                ]
            )
            metric(
                "events_accepted_total",
                "counter",
                "Events handed to the journal.",
                counters.eventsAccepted.load(ordering: .relaxed)
            )
            metric(
                "report_body_bytes_total",
                "counter",
                "Bytes of accepted report bodies.",
                counters.bytesAccepted.load(ordering: .relaxed)
            )
            metric(
                "connections",
                "gauge",
                "Open connections.",
                UInt64(max(0, counters.connectionsOpen.load(ordering: .relaxed)))
            )
            metric(
                "connections_refused_total",
                "counter",
                "Connections over the limit.",
                counters.connectionsRefused.load(ordering: .relaxed)
            )
            metric(
                "connections_timed_out_total",
                "counter",
                "Connections whose request did not come in time.",
                counters.connectionsTimedOut.load(ordering: .relaxed)
            )
            metric(
                "malformed_requests_total",
                "counter",
                "Requests that are no HTTP.",
                counters.malformedRequests.load(ordering: .relaxed)
            )
            metric(
                "buffered_bytes",
                "gauge",
                "Bytes of requests that have not come whole.",
                UInt64(max(0, counters.bufferedBytes.load(ordering: .relaxed)))
            )
        }
        let status = health.loader.status
        let segments = health.journal.segments
        metric("journal_segments", "gauge", "Segments on disk.", UInt64(segments.count))
        metric("journal_bytes", "gauge", "Bytes of the segments.", segments.reduce(0) { $0 + $1.sizeBytes })
        metric(
            "journal_ok",
            "gauge",
            "1 while the last write to the journal succeeded.",
            health.journal.lastError == nil ? 1 : 0
        )
        metric("loader_lag_bytes", "gauge", "Journal bytes that are not in the store yet.", health.loader.lagBytes)
        metric("loader_ok", "gauge", "1 while loading works.", status.trouble == nil ? 1 : 0)
        metric("store_ok", "gauge", "1 while the store can be asked.", health.store.trouble == nil ? 1 : 0)
        metric(
            "questions_running",
            "gauge",
            "Questions that the embedded store works on.",
            UInt64(health.store.questionsRunning)
        )
        metric("loader_events_total", "counter", "Events loaded into the store.", status.eventsLoaded)
        metric("loader_refused_total", "counter", "Refused reports loaded into the quarantine.", status.refused)
        metric("loader_ranges_total", "counter", "Ranges loaded into the store.", status.rangesLoaded)
        metric("loader_repeats_total", "counter", "Events that had been reported before.", status.repeats)
        metric(
            "loader_unreadable_records_total",
            "counter",
            "Journal records that could not be read.",
            status.unreadableRecords
        )
        let privacy = health.privacy
        metric(
            "retention_dropped_total",
            "counter",
            "What was dropped because it was older than it may be kept.",
            [
                (#"{what="events"}"#, privacy.eventsDropped.load(ordering: .relaxed)),
                (#"{what="refused_reports"}"#, privacy.refusedDropped.load(ordering: .relaxed)),
                (#"{what="journal_segments"}"#, privacy.segmentsDropped.load(ordering: .relaxed)),
            ]
        )
        metric(
            "retention_ok",
            "gauge",
            "1 while everything that is too old could be dropped.",
            privacy.retentionWorks.load(ordering: .relaxed) ? 1 : 0
        )
        metric(
            "erasures_total",
            "counter",
            "Erasures of a person's data that are finished.",
            privacy.erasures.load(ordering: .relaxed)
        )
        metric(
            "erasures_pending",
            "gauge",
            "Erasures of a person's data that are not finished.",
            privacy.erasuresPending.load(ordering: .relaxed)
        )
        metric("journal_damaged_places_total", "counter", "Damaged places met while loading.", status.damagedPlaces)
        return text
    }
}
