package import Reports
import Synchronization

/// Answers to questions about events that were given before, as long as nothing changed that they depend on.
///
/// An answer is kept with the version that the events had before it was counted, and is given again only while they
/// have that version still. What comes in while it is counted makes a new version, so that it may be newer than what
/// it is kept under and never older.
package final class AnswerCache: Sendable {
    /// All that an answer depends on, beside the events and the plan.
    package struct Key: Hashable, Sendable {
        let path: [String]
        /// Names and values in turn.
        let parameters: [String]
        /// What the period comes to today.
        let range: Range<Int64>
        let language: Language

        package init(path: [String], parameters: [String], range: Range<Int64>, language: Language) {
            self.path = path
            self.parameters = parameters
            self.range = range
            self.language = language
        }
    }

    private struct Entry {
        let answer: JSONValue
        let version: String
        let sizeBytes: Int
        var lastUse: UInt64
    }

    private struct Contents {
        var plan: TrackingPlan?
        var entries: [Key: Entry] = [:]
        var sizeBytes = 0
        var uses: UInt64 = 0
    }

    /// Of all answers together; and one that takes more than an eighth of it is not kept.
    private let limitBytes: Int
    private let contents = Mutex(Contents())

    package init(limitBytes: Int = 32 << 20) {
        self.limitBytes = limitBytes
    }

    /// The answer that was given to the same question of the same events, in the words of the same plan.
    package func answer(_ key: Key, version: String, plan: TrackingPlan) -> JSONValue? {
        contents.withLock { contents in
            guard contents.plan == plan, var entry = contents.entries[key], entry.version == version else { return nil }
            contents.uses += 1
            entry.lastUse = contents.uses
            contents.entries[key] = entry
            return entry.answer
        }
    }

    /// Keeps an answer that was counted when the events had that version, or later.
    package func keep(_ answer: JSONValue, for key: Key, version: String, plan: TrackingPlan) {
        let sizeBytes = answer.sizeBytes + key.sizeBytes + version.utf8.count
        guard sizeBytes <= limitBytes / 8 else { return }
        contents.withLock { contents in
            if contents.plan != plan {
                contents.plan = plan
                contents.entries = [:]
                contents.sizeBytes = 0
            }
            contents.uses += 1
            if let before = contents.entries.removeValue(forKey: key) { contents.sizeBytes -= before.sizeBytes }
            contents.entries[key] = Entry(
                answer: answer,
                version: version,
                sizeBytes: sizeBytes,
                lastUse: contents.uses
            )
            contents.sizeBytes += sizeBytes
            while contents.sizeBytes > limitBytes,
                let oldest = contents.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                contents.entries.removeValue(forKey: oldest.key)
                contents.sizeBytes -= oldest.value.sizeBytes
            }
        }
    }

    /// About what all that is kept takes in memory.
    package var sizeBytes: Int { contents.withLock { $0.sizeBytes } }
}

extension AnswerCache.Key {
    fileprivate var sizeBytes: Int { (path + parameters).reduce(64) { $0 + $1.utf8.count + 16 } }
}

extension JSONValue {
    /// About what it takes in memory.
    fileprivate var sizeBytes: Int {
        switch self {
        case .null, .bool, .int, .uint, .double: 48
        case .string(let text): 48 + text.utf8.count
        case .array(let elements): elements.reduce(48) { $0 + $1.sizeBytes }
        case .object(let members): members.reduce(48) { $0 + 32 + $1.name.utf8.count + $1.value.sizeBytes }
        }
    }
}
