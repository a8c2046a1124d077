import Testing

/// What is between a client and the server: TLS, HTTP/2, proxies, limits. They make their own certificates, so that they
/// say the same whichever way the rest of a run goes.
@Suite("Network")
enum Network {}
