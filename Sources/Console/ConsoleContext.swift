package import Hummingbird
package import Logging
import NIOCore

/// What a console request carries beside itself: who is at the other end of the connection.
package struct ConsoleContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Address of the peer without its port, for slowing sign-in attempts; nil on a Unix socket. A forwarding proxy
    /// stands for everybody behind it: headers that claim another address are not believed.
    package let clientAddress: String?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        clientAddress = source.channel.remoteAddress?.ipAddress
    }

    /// For requests that came in by the front door, whose sockets are no channels.
    package init(logger: Logger, clientAddress: String?) {
        coreContext = CoreRequestContextStorage(source: FrontDoor(logger: logger))
        self.clientAddress = clientAddress
    }

    private struct FrontDoor: RequestContextSource {
        let logger: Logger
    }
}
