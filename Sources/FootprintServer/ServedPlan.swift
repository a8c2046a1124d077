import Access
import Logging
import Plans
import Reports

// The tracking plan over a server's life: opened at the start, followed while it runs, read again on SIGHUP.

/// The plan in force; where the settings name a file, that file's, which becomes the next version where it differs.
func openPlan(_ settings: ServerSettings, _ access: Access, _ logger: Logger) throws(StartFailure) -> CurrentPlan {
    let plans = try starting { () throws(PlanError) in
        try CurrentPlan(dataDirectory: settings.dataDirectory, access: access)
    }
    guard let file = settings.planFile else { return plans }
    let plan = try reading(file)
    let applied = try starting { () throws(PlanError) in try plans.apply(plan, by: .system) }
    if applied.isNew { tell(applied.plan.version, logger) }
    return plans
}

private func reading(_ file: String) throws(StartFailure) -> TrackingPlan {
    do throws(PlanFileError) {
        return try PlanFile.read(path: file)
    } catch {
        throw StartFailure("the tracking plan cannot be used:\n\(error)")
    }
}

extension CurrentPlan {
    /// Takes up a plan that was applied by another process, such as `footprint plan apply`.
    func takeUpChanges(_ logger: Logger) {
        do throws(PlanError) {
            if let plan = try reloadIfChanged() { tell(plan.version, logger) }
        } catch {
            logger.error("kept the tracking plan: the new one cannot be used", metadata: ["reason": "\(error)"])
        }
    }

    /// Makes the file's plan the one in force, if it differs; keeps the old one where anything is wrong with it.
    func readAgain(_ file: String, _ logger: Logger) {
        do {
            let applied = try apply(try PlanFile.read(path: file), by: .system)
            if applied.isNew { tell(applied.plan.version, logger) }
        } catch PlanFileError.wrong(_, let faults) {
            for fault in faults.faults {
                logger.error(
                    "kept the tracking plan: the file is wrong",
                    metadata: ["reason": "\(fault.text(in: file))"]
                )
            }
        } catch {
            logger.error("kept the tracking plan: the new one cannot be used", metadata: ["reason": "\(error)"])
        }
    }
}

private func tell(_ version: UInt32, _ logger: Logger) {
    logger.notice("took up the tracking plan", metadata: ["version": "\(version)"])
}
