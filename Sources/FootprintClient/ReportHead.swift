/// Who reports: common to all items of one report.
///
/// Reports are grouped by head, so that one user's events travel together.
public struct ReportHead: Sendable, Hashable {
    /// User ID; not empty, at most 128 bytes.
    public var uid: String
    /// Xinyue openid; not empty, at most 128 bytes.
    public var openid: String
    /// 1 Android, 2 iOS.
    public var deviceType: UInt32?
    /// 1 游戏家联盟.
    public var businessType: UInt32?

    public init(uid: String, openid: String, deviceType: UInt32? = nil, businessType: UInt32? = nil) {
        self.uid = uid
        self.openid = openid
        self.deviceType = deviceType
        self.businessType = businessType
    }
}
