import ArgumentParser

enum AnswerFormat: String, CaseIterable {
    case table, json, csv
}

enum AnswerLanguage: String, CaseIterable {
    case zh, en
}
