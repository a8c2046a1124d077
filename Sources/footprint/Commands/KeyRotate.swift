import Access
import ArgumentParser

struct KeyRotate: FootprintCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Sign new tokens with a fresh key; prints its id.",
        discussion: """
            Tokens that are out stay good until they expire or are revoked. Where somebody else may have seen a key, \
            --end-earlier-tokens forgets all earlier keys: every token there is, of apps and of administrators, is \
            refused from then on, and everybody is signed out of the console. Apps that hold their secret get new \
            tokens by themselves.

            Examples:
              footprint key rotate
              footprint key rotate --end-earlier-tokens
            """
    )

    @Flag(help: "Refuse every token that was signed so far.")
    var endEarlierTokens = false

    @OptionGroup var data: DataOption
    @OptionGroup var config: ConfigOption

    func execute() async throws {
        let access = try AccessFiles.open(try data.directory(try config.settings()))
        do {
            Terminal.output.line(try access.rotateKey(endEarlierTokens ? .endNow : .stayGood, by: CommandUser.actor))
        } catch {
            throw AccessFiles.failure(error)
        }
    }
}
