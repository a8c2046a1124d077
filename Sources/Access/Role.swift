/// What an administrator's token allows.
package enum Role: String, Sendable, Equatable, CaseIterable {
    /// Ask questions and look at the console; change nothing, see no apps, keys or audit log.
    case viewer
    /// Everything.
    case admin
}

extension Role {
    /// Whether somebody with this role may do what needs `needed`.
    package func covers(_ needed: Role) -> Bool {
        self == .admin || needed == .viewer
    }
}
