/// Draws an index with a probability that follows its weight.
struct WeightedChoice: Sendable {
    private let sums: [Double]

    init(_ weights: [Double]) {
        var sum = 0.0
        sums = weights.map { weight in
            sum += weight
            return sum
        }
    }

    /// Weights 1, 1/2^s, 1/3^s …: few are popular, many are rare, as pages of any site are.
    static func zipf(_ count: Int, exponent: Double) -> WeightedChoice {
        WeightedChoice((1...count).map { 1 / power(Double($0), exponent) })
    }

    func draw(_ random: inout SeededRandom) -> Int {
        let target = random.unit() * (sums.last ?? 0)
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
