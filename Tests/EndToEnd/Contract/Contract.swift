import Testing

/// The report API, sentence by sentence, on one running server that all these tests share: each uses users of its own.
@Suite("The report API", .runningServer())
enum Contract {}
