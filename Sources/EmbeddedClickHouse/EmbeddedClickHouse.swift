// EmbeddedClickHouse
