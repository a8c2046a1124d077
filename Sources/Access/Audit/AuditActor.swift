/// Who changes something, and from where: what an entry of the audit log says about its author.
package struct AuditActor: Sendable, Equatable {
    /// `cli:alice`, `admin:TOKEN ID`, `viewer:TOKEN ID`, `system`.
    package let who: String
    /// The network address of whoever asked over HTTP.
    package let address: String?

    private init(who: String, address: String?) {
        self.who = who
        self.address = address
    }

    /// A user of this machine, by login name.
    package static func commandLine(user: String) -> AuditActor {
        // A login name may come from the environment: what would break a line or fill a disk is cut.
        let name = user.unicodeScalars.filter { !AppName.isControl($0) }.prefix(64)
        return AuditActor(who: "cli:" + String(String.UnicodeScalarView(name)), address: nil)
    }

    /// Whoever holds an administrator's token, by the token's id, which is of no use to sign in.
    package static func administrator(role: Role, tokenID: String, address: String?) -> AuditActor {
        AuditActor(who: "\(role.rawValue):\(tokenID)", address: address)
    }

    /// Footprint itself.
    package static let system = AuditActor(who: "system", address: nil)
}
