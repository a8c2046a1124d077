internal import EventStore
internal import Logging

extension EmbeddedClickHouse {
    /// Makes rollups anew that do not count every event.
    ///
    /// While the engine runs they cannot differ. A power cut may leave a part whose projections are torn: the engine
    /// syncs the events of an insert, not what it derives from them, and leaves out a projection that it finds broken.
    func mendRollups(_ owner: EngineConnection) throws(StoreError) {
        do throws(EngineError) {
            let events = try count("SELECT count() FROM \(Schema.events)", owner)
            for rollup in Schema.rollups where try count(rollup.eventsCounted, owner) != events {
                logger.notice("a rollup does not count every event: it is made anew", metadata: ["path": "\(path)"])
                for statement in rollup.rebuild { try owner.run(statement.text) }
            }
        } catch {
            throw .misconfigured("the store at \(path) does not open: \(error.message)")
        }
    }

    private func count(_ question: SQL, _ owner: EngineConnection) throws(EngineError) -> UInt64 {
        let answer = try owner.query(question.text) { stream throws(EngineError) in try Answer.read(&stream) }
        guard case .uint(let count)? = answer.rows.first?.first else {
            throw EngineError("it does not count its events")
        }
        return count
    }
}
