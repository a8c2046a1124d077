package import Hummingbird
package import Logging
import NIOCore

/// What a console request carries beside itself: who is at the other end of the connection, and how it came.
package struct ConsoleContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Address of the client without its port, for slowing guesses and for the audit log; nil on a Unix socket. Whoever
    /// makes the context has decided whom to believe about it: nothing here reads a header that claims an address.
    package let clientAddress: String?
    /// The client's address, or the network of addresses that one customer has to himself: what stands for the client
    /// where its guesses are counted.
    let clientNetwork: String?
    /// Whether the request came over TLS, as far as the client is concerned: cookies are then never sent without.
    package let isSecure: Bool

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        clientAddress = source.channel.remoteAddress?.ipAddress
        clientNetwork = clientAddress
        isSecure = false
    }

    /// For requests that came in by the front door, whose sockets are no channels.
    package init(logger: Logger, clientAddress: String?, clientNetwork: String?, isSecure: Bool) {
        coreContext = CoreRequestContextStorage(source: FrontDoor(logger: logger))
        self.clientAddress = clientAddress
        self.clientNetwork = clientNetwork
        self.isSecure = isSecure
    }

    /// What stands for the client where its guesses are counted.
    var throttleName: String { clientNetwork ?? "local" }

    private struct FrontDoor: RequestContextSource {
        let logger: Logger
    }
}
