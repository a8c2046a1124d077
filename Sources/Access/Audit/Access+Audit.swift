extension Access {
    /// Who changed what.
    package var audit: AuditLog { directory.audit }

    /// Writes an entry about something that changes none of the files here: a token's issue, a sign-in. On return it
    /// is on stable storage; where this throws, what it tells of must not happen.
    package func record(_ event: AuditEvent, by actor: AuditActor) throws(AccessError) {
        try directory.withLock { () throws(AccessError) in try audit.append(event, by: actor) }
    }
}
