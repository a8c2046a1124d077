import Testing

/// Servers that are started, stopped, killed and refused. One after the other: each has the machine to itself.
@Suite("A server's life", .serialized)
enum Lifecycle {}
