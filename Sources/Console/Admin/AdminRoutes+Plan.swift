import Insights
import Plans
import Reports

extension AdminRoutes {
    /// `GET /api/v1/plan`: the plan in force, member by member and as a file.
    func plan(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        plans.plan.json
    }

    /// `PUT /api/v1/plan`: a plan file in the body becomes the next version, where it says anything new. On answer it is
    /// on stable storage and in force for what arrives.
    func applyPlan(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let file = try await call.body(
            types: ["application/yaml", "text/yaml"],
            limitBytes: PlanFile.limitBytes
        )
        let plan: TrackingPlan
        do throws(PlanFaults) { plan = try PlanFile.read(file) } catch { throw .badPlan(error) }
        let (plans, actor) = (plans, call.actor)
        let applied = try await disk.run { () throws(PlanError) in try plans.apply(plan, by: actor) }
        return ["version": .int(Int64(applied.plan.version)), "changed": .bool(applied.isNew)]
    }

    /// `GET /api/v1/plan/versions`: every version, the newest first.
    func planVersions(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        let directory = plans.directory
        let versions = try await disk.run { () throws(PlanError) in try directory.versions() }
        return .array(versions.map(\.json))
    }
}
