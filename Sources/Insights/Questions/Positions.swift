/// Positions on pages by how they are visited.
enum Positions: Question {
    static let entry = CatalogueEntry(
        "positions",
        .init("Positions on pages, as pages", "页面上的位置，指标同页面"),
        parameters: [.limit(50), .order(PlaceRanking.measures + ["page_id"])] + CatalogueEntry.Parameter.scope
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let names = asked.names
        return try await PlaceRanking(by: .position).answer(asked) { place in
            [
                .init("page_id", JSONValue(place.page)),
                .init("page_name", .string(names.name(of: place.page, as: .pageID))),
                .init("pos_id", JSONValue(place.position)),
                .init("name", .string(names.name(of: place.position, as: .posID))),
            ]
        }
    }
}
