package import Insights
package import Plans
package import Reports

// The tracking plan as JSON: the API's answers, and what the command line prints by --json.

extension TrackingPlan {
    /// Lists ascending by id; `yaml` is the plan as a file.
    package var json: JSONValue {
        [
            "version": .int(Int64(version)),
            "business_types": Self.list(businessTypes),
            "device_types": Self.list(deviceTypes),
            "channels": Self.list(channels),
            "operate_ids": .array(operations.sorted { $0.key < $1.key }.map { $1.json(id: $0) }),
            "pages": ["open": .bool(pagesOpen), "names": Self.list(pages)],
            "positions": ["open": .bool(positionsOpen), "names": Self.list(positions)],
            "yaml": .string(PlanFile.write(self)),
        ]
    }

    private static func list(_ names: [UInt32: Name]) -> JSONValue {
        .array(names.sorted { $0.key < $1.key }.map { ["id": .int(Int64($0)), "name": $1.json] })
    }
}

extension TrackingPlan.Name {
    fileprivate var json: JSONValue { ["zh": .string(chinese), "en": .string(english)] }
}

extension TrackingPlan.Operation {
    fileprivate func json(id: UInt32) -> JSONValue {
        [
            "id": .int(Int64(id)),
            "name": name.json,
            "kind": .string(kind.rawValue),
            "channels": .array(channels.map { .int(Int64($0)) }),
            "required": .array(required.map { .string("\($0.name)") }),
            "ranges": .array(
                ranges.map { range in
                    [
                        "field": .string("\(range.field.name)"),
                        "minimum": .uint(range.minimum),
                        "maximum": .uint(range.maximum),
                    ]
                }
            ),
        ]
    }
}

extension PlanVersion {
    /// `{"version","applied","by"}`
    package var json: JSONValue {
        ["version": .int(Int64(version)), "applied": .int(appliedSeconds), "by": .string(by)]
    }
}

extension PlanFault {
    /// `{"line","column","reason"}`
    package var json: JSONValue {
        ["line": .int(Int64(line)), "column": .int(Int64(column)), "reason": .string(reason)]
    }
}
