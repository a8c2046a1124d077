import Testing
import footprint

@Suite struct LineLogHandlerTests {
    private static let pairs = [
        ("level", "info"), ("msg", "segment sealed"), ("path", "/a=b"), ("text", "two\nlines \"quoted\" \\ \u{01}"),
        ("empty", ""), ("name", "用户"),
    ]

    @Test("an event is one line, whatever it holds")
    func oneLine() {
        #expect(
            LineLogHandler.line(Self.pairs, .logfmt)
                == #"level=info msg="segment sealed" path="/a=b" text="two\nlines \"quoted\" \\ \u0001" empty="" name=用户"#
        )
        #expect(
            LineLogHandler.line(Self.pairs, .json)
                == #"{"level":"info","msg":"segment sealed","path":"/a=b","text":"two\nlines \"quoted\" \\ \u0001","#
                + #""empty":"","name":"用户"}"#
        )
    }
}
