/// The language of an answer's names.
package enum Language: Sendable {
    case chinese, english
}
