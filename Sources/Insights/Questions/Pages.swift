/// Pages by how they are visited.
enum Pages: Question {
    static let entry = CatalogueEntry(
        "pages",
        .init("Pages: views, users, time stayed, entries and exits", "页面：浏览量、用户数、停留时长、进入与退出次数"),
        parameters: [.limit(50), .order(PlaceRanking.measures + ["page_id"])] + CatalogueEntry.Parameter.scope
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let names = asked.names
        return try await PlaceRanking(by: .page).answer(asked) { place in
            [
                .init("page_id", JSONValue(place.page)),
                .init("name", .string(names.name(of: place.page, as: .pageID))),
            ]
        }
    }
}
