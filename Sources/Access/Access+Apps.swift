extension Access {
    /// Registers an app. The secret in the answer is not kept and cannot be shown again.
    package func addApp(name: String, by actor: AuditActor) throws(AccessError) -> AppCredentials {
        try AppName.check(name)
        let credentials = AppCredentials(id: AppID.random(), secret: AppSecret.random())
        // Before the lock: others need not wait for our slow hash.
        let record = AppRecord(
            id: credentials.id,
            name: name,
            created: clock.unixSeconds(),
            secret: try SecretHash(of: credentials.secret)
        )
        try change(by: actor) { (contents) throws(AccessError) in
            guard contents.apps.apps.count < AccessLimits.apps else {
                throw .tooMany(what: "apps", limit: AccessLimits.apps)
            }
            contents.apps.apps.append(record)
        } recording: {
            .appAdded(id: record.id, name: record.name)
        }
        return credentials
    }

    /// The apps in the order in which they were added, as last read.
    package func apps() -> [App] {
        currentRules.appOrder
    }

    /// Whether the app is there; looks at the files where it is not known here.
    func isRegistered(app: String) throws(AccessError) -> Bool {
        if currentRules.apps[app] == nil, AppID.isWellFormed(app) { try reloadIfChanged() }
        return currentRules.apps[app] != nil
    }

    /// Removes an app. Its tokens are refused from here on, in other processes after their next reload. Its events
    /// stay.
    package func removeApp(id: String, by actor: AuditActor) throws(AccessError) {
        let nowSeconds = clock.unixSeconds()
        _ = try change(by: actor) { (contents) throws(AccessError) -> AppRecord in
            guard let index = contents.apps.apps.firstIndex(where: { $0.id == id }) else {
                throw contents.revocations.removedApps.contains { $0.id == id }
                    ? .appAlreadyRemoved(id: id) : .unknownApp(id: id)
            }
            contents.revocations.removedApps.append(RemovedApp(id: id, removed: nowSeconds))
            contents.revocations.prune(nowSeconds: nowSeconds)
            return contents.apps.apps.remove(at: index)
        } recording: { app in
            .appRemoved(id: app.id, name: app.name)
        }
    }

    /// Whether `secret` is the one that the app was given.
    ///
    /// Slow on purpose (scrypt: about 30 ms of one core and 16 MiB while it runs), so never on an event loop, and not
    /// on more threads at once than there are cores. An unknown app takes as long as a wrong secret, and the
    /// comparison takes the same time wherever the secrets differ. What has not the form of a secret is refused at
    /// once: that says nothing about any secret.
    package func checkSecret(app: String, secret: String) throws(AccessError) -> Bool {
        guard AppSecret.isWellFormed(secret) else { return false }
        guard try isRegistered(app: app), let hash = currentRules.secrets[app] else {
            _ = try SecretHash.ofNobody.matches(secret)
            return false
        }
        return try hash.matches(secret)
    }
}
