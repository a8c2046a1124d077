import ArgumentParser

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "The tracking plan: what may be reported, and the names people read.",
        discussion: """
            A plan is a file, plan.yml; docs/data-quality.md describes it. Each change that is applied is kept as a \
            version, and each stored event knows the version it was checked by.

            A plan is changed in three steps:
              footprint plan show > plan.yml       (then edit it)
              footprint plan diff current plan.yml
              footprint plan apply plan.yml
            """,
        subcommands: [
            PlanCheck.self, PlanShow.self, PlanVersions.self, PlanApply.self, PlanDiff.self,
        ]
    )
}
