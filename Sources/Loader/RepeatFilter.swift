package import Reports

/// Says of an identity that it is certainly new, or that it may have been seen: a Bloom filter that grows in layers up
/// to a bound.
///
/// 12 bits an identity and 8 probes in one 64-byte block: about 0.5 % false alarms, each of which costs a look-up in
/// the store and nothing else. Past the bound the filter takes no more memory and raises more alarms: never a wrong
/// answer. 100 million identities take 150 MiB.
package struct RepeatFilter: Sendable {
    private var layers: [Layer] = []
    private let limitBytes: Int

    private struct Layer {
        var words: [UInt64]
        var count = 0
        var capacity: Int

        init(capacity: Int) {
            self.capacity = capacity
            // Blocks of eight words; 512 bits for 42 identities.
            let blocks = max(1, (capacity + 41) / 42)
            words = [UInt64](repeating: 0, count: blocks * 8)
        }

        var sizeBytes: Int { words.count * 8 }

        /// One bit in each of the block's eight words, six bits of the second half for each.
        @inline(__always)
        func contains(_ identity: EventIdentity) -> Bool {
            let block = self.block(identity)
            var bits = identity.low
            for word in 0..<8 {
                if words[block + word] & (1 << (bits & 63)) == 0 { return false }
                bits >>= 6
            }
            return true
        }

        @inline(__always)
        mutating func insert(_ identity: EventIdentity) {
            let block = self.block(identity)
            var bits = identity.low
            for word in 0..<8 {
                words[block + word] |= 1 << (bits & 63)
                bits >>= 6
            }
            count += 1
        }

        @inline(__always)
        private func block(_ identity: EventIdentity) -> Int {
            Int(identity.high.multipliedFullWidth(by: UInt64(words.count / 8)).high) * 8
        }
    }

    package init(expected: Int = 0, limitBytes: Int = 256 << 20) {
        self.limitBytes = limitBytes
        layers.append(Layer(capacity: min(max(expected * 2, 1 << 20), limitBytes / 64 * 42)))
    }

    package var sizeBytes: Int { layers.reduce(0) { $0 + $1.sizeBytes } }

    package func mayContain(_ identity: EventIdentity) -> Bool {
        layers.contains { $0.contains(identity) }
    }

    package mutating func insert(_ identity: EventIdentity) {
        let last = layers.count - 1
        if layers[last].count >= layers[last].capacity {
            let next = Layer(capacity: layers[last].capacity * 2)
            if sizeBytes + next.sizeBytes <= limitBytes { layers.append(next) }
        }
        layers[layers.count - 1].insert(identity)
    }
}
