/// The last token that was found good on one connection, so that a client which keeps its connection pays for one
/// signature check, not one a request.
///
/// Remembers only tokens that are good, under the generation of ``Access`` that found them so: a revocation, a removed
/// app or a new key changes the generation, and the token is verified anew. About 300 bytes, allocated by the first
/// good token; answering from it allocates nothing.
package struct TokenCache: Sendable {
    private var token: [UInt8] = []
    private var answer = Authentication.refused(.malformed)
    private var generation: UInt64 = 0
    /// Nothing is remembered while this is the smallest number: no time is before it.
    private var expiresAtSeconds = Int64.min

    package init() {}

    /// As ``Access/authenticate(_:nowSeconds:)``.
    package mutating func authenticate(
        _ token: UnsafeRawBufferPointer,
        access: Access,
        nowSeconds: Int64
    ) -> Authentication {
        // Before the check: see `Access.generation`.
        let current = access.generation
        if current == generation, nowSeconds < expiresAtSeconds, isRemembered(token) { return answer }
        let verdict = access.authenticate(token, nowSeconds: nowSeconds)
        switch verdict {
        case .app(_, let end), .administrator(_, _, let end):
            remember(token, verdict, generation: current, until: end)
        case .refused:
            // What is remembered stays true: one bad token must not make the next good one dearer.
            break
        }
        return verdict
    }

    /// In constant time, not by `memcmp`: behind a proxy one connection carries many clients, and nobody may feel his
    /// way along another client's token.
    private func isRemembered(_ token: UnsafeRawBufferPointer) -> Bool {
        self.token.withUnsafeBytes { ConstantTime.equal($0, token) }
    }

    private mutating func remember(
        _ token: UnsafeRawBufferPointer,
        _ verdict: Authentication,
        generation: UInt64,
        until expiresAtSeconds: Int64
    ) {
        self.token.removeAll(keepingCapacity: true)
        self.token.append(contentsOf: token)
        answer = verdict
        self.generation = generation
        self.expiresAtSeconds = expiresAtSeconds
    }
}
