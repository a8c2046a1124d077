extension ReportError {
    /// Whether the report's content is to blame, so that half of its events may still be stored.
    package var isForContent: Bool {
        switch self {
        case .refused, .tooLarge: true
        case .unauthorized, .unavailable, .unexpected, .invalidURL, .queueFull, .closed: false
        }
    }
}
