extension String {
    /// Cells the text takes in a terminal.
    var terminalWidth: Int {
        unicodeScalars.reduce(0) { $0 + $1.terminalWidth }
    }
}

extension Unicode.Scalar {
    /// 2 for the wide and full-width characters of Unicode's East Asian Width (UAX #11), 0 for marks that combine with
    /// the character before, else 1.
    fileprivate var terminalWidth: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115F,  // Hangul leading consonants
            0x2E80...0x303E, 0x3041...0x33FF,  // CJK radicals, punctuation, kana, compatibility
            0x3400...0x4DBF, 0x4E00...0x9FFF,  // CJK ideographs
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,  // Yi, Hangul
            0xF900...0xFAFF, 0xFE30...0xFE6F,  // compatibility ideographs and forms
            0xFF00...0xFF60, 0xFFE0...0xFFE6,  // full-width forms
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,  // pictographs
            0x20000...0x3FFFD:  // CJK extensions
            return 2
        default: return 1
        }
    }
}
