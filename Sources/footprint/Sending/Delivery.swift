import FootprintClient

/// Takes shipments out of a pipe and has as many on their way as there are connections, no faster than allowed.
///
/// A report is accepted or refused whole, so one bad event holds back its neighbours: a refused report is halved until
/// the bad event stands alone. What is wrong with the head is wrong for all.
struct Delivery: Sendable {
    let sender: ReportSender
    let tally: Tally
    let connections: Int
    let pacer: Pacer?

    /// Returns when the pipe is finished and everything is settled, or when the first shipment could not be sent for
    /// good; the pipe is then abandoned.
    func run(_ pipe: BoundedPipe<Shipment>) async {
        await withTaskGroup { group in
            for _ in 0..<connections {
                group.addTask {
                    while let shipment = await pipe.next() {
                        await pacer?.wait(for: shipment.eventCount)
                        guard await deliver(shipment) else {
                            pipe.abandon()
                            return
                        }
                    }
                }
            }
        }
    }

    /// Returns false where sending more makes no sense.
    private func deliver(_ shipment: Shipment) async -> Bool {
        do {
            try await sender.send(shipment.body, isTraced: shipment.isTraced)
            tally.accept(shipment)
            return true
        } catch {
            guard error.isForContent else {
                tally.stop(error)
                return false
            }
            switch shipment {
            case .report(_, _, let place):
                tally.refuse([place], reason: error.description)
                return true
            case .events(let report):
                if !error.isForHead, let (first, second) = report.halves {
                    guard await deliver(.events(first)) else { return false }
                    return await deliver(.events(second))
                }
                tally.refuse(report.tags, reason: error.reasonForEvent)
                return true
            }
        }
    }
}

extension ReportError {
    /// Whether the refusal concerns what all events of the report share.
    fileprivate var isForHead: Bool {
        guard case .refused(let detail) = self else { return false }
        return detail.hasPrefix("head.") || detail.hasPrefix("head:")
    }

    /// The reason in terms of a flat event, which has no `head` and no `items[0]`.
    fileprivate var reasonForEvent: String {
        let reason = description
        for prefix in ["head.", "items[0].", "items[0]: "] where reason.hasPrefix(prefix) {
            return String(reason.dropFirst(prefix.count))
        }
        return reason
    }
}
