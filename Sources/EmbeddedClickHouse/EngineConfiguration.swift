internal import EventStore
internal import Foundation

/// The engine's server options and users, written as files into the store's folder before it starts: that is the only
/// way it takes them.
struct EngineConfiguration {
    let path: String
    let memoryBytes: Int
    let threads: Int

    /// The role of questions: it reads the events, and nothing else.
    static let readerRole = "reader"

    /// Writes the files and returns where the first one is.
    func write() throws(StoreError) -> String {
        let folder = path + "/configuration"
        let users = folder + "/users.xml"
        let server = folder + "/config.xml"
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try Data(usersText.utf8).write(to: URL(fileURLWithPath: users), options: .atomic)
            try Data(serverText(users: users).utf8).write(to: URL(fileURLWithPath: server), options: .atomic)
        } catch {
            throw .misconfigured("the store's folder \(path) is not writable: \(error.localizedDescription)")
        }
        return server
    }

    /// Server options.
    ///
    /// - Memory: one limit for everything the engine holds, so that a process with a small machine's memory stays
    ///   within it; caches take at most a quarter of it.
    /// - Threads: merges take as many as a question may. The engine's own defaults are for a server that has the
    ///   machine for itself.
    /// - Idle: what wakes up by the clock is slowed down; logs in system tables are off where none is named.
    private func serverText(users: String) -> String {
        """
        <clickhouse>
            <users_config>\(Self.escaped(users))</users_config>
            <max_server_memory_usage>\(memoryBytes)</max_server_memory_usage>
            <mark_cache_size>\(memoryBytes / 16)</mark_cache_size>
            <primary_index_cache_size>\(memoryBytes / 16)</primary_index_cache_size>
            <index_mark_cache_size>\(memoryBytes / 32)</index_mark_cache_size>
            <uncompressed_cache_size>0</uncompressed_cache_size>
            <index_uncompressed_cache_size>0</index_uncompressed_cache_size>
            <query_condition_cache_size>\(memoryBytes / 64)</query_condition_cache_size>
            <compiled_expression_cache_size>\(memoryBytes / 64)</compiled_expression_cache_size>
            <memory_worker_period_ms>1000</memory_worker_period_ms>
            <background_pool_size>\(max(2, threads))</background_pool_size>
            <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
            <background_move_pool_size>1</background_move_pool_size>
            <background_fetches_pool_size>1</background_fetches_pool_size>
            <background_common_pool_size>2</background_common_pool_size>
            <background_schedule_pool_size>4</background_schedule_pool_size>
            <background_buffer_flush_schedule_pool_size>1</background_buffer_flush_schedule_pool_size>
            <background_distributed_schedule_pool_size>1</background_distributed_schedule_pool_size>
            <background_message_broker_schedule_pool_size>1</background_message_broker_schedule_pool_size>
            <tables_loader_foreground_pool_size>\(threads)</tables_loader_foreground_pool_size>
            <tables_loader_background_pool_size>\(threads)</tables_loader_background_pool_size>
            <merge_tree>
                \(Self.mergesInSmallPools)
            </merge_tree>
        </clickhouse>

        """
    }

    /// Tables refuse to work with a pool smaller than what these would keep free.
    private static let mergesInSmallPools = [
        "execute_mutation", "execute_optimize_entire_partition", "lower_max_size_of_merge",
    ]
    .map { "number_of_free_entries_in_pool_to_\($0)" }
    .map { "<\($0)>1</\($0)>" }
    .joined()

    /// One user, who is everybody, with two roles. A session that sets the role ``readerRole`` keeps the right to read
    /// our tables and loses every other: files, networks, other databases, changes.
    private var usersText: String {
        """
        <clickhouse>
            <profiles><default></default></profiles>
            <quotas><default></default></quotas>
            <roles>
                <owner><grants><query>GRANT ALL ON *.*</query></grants></owner>
                <\(Self.readerRole)>
                    <grants><query>GRANT SELECT, SHOW ON \(Schema.database.text).*</query></grants>
                </\(Self.readerRole)>
            </roles>
            <users>
                <default>
                    <password></password>
                    <networks><ip>::/0</ip></networks>
                    <profile>default</profile>
                    <quota>default</quota>
                    <grants><query>GRANT owner, \(Self.readerRole)</query></grants>
                </default>
            </users>
        </clickhouse>

        """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
