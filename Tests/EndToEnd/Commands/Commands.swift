import Testing

/// What the other commands do to a server that runs; they share one.
@Suite("Commands beside a server", .runningServer())
enum Commands {}
