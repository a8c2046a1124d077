import Foundation
import Testing
import footprint

@Suite struct BoundedPipeTests {
    @Test(
        "everything that goes in comes out, through any capacity and to any number of takers",
        arguments: [1, 2, 64],
        [1, 3]
    )
    func everything(capacity: Int, takers: Int) async {
        let pipe = BoundedPipe<Int>(capacity: capacity)
        Thread.detachNewThread {
            for number in 0..<2_000 { _ = pipe.push(number) }
            pipe.finish()
        }
        let sums = await withTaskGroup { group in
            for _ in 0..<takers {
                group.addTask {
                    var taken: [Int] = []
                    while let number = await pipe.next() { taken.append(number) }
                    return taken
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(sums.sorted() == Array(0..<2_000))
        #expect(await pipe.next() == nil)
    }

    @Test("a thread that fills an abandoned pipe is told so, also while it waits for room")
    func abandoned() async {
        let pipe = BoundedPipe<Int>(capacity: 2)
        let pushed = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var pushed = 0
                while pipe.push(pushed) { pushed += 1 }
                // Every later push returns at once, too.
                continuation.resume(returning: pipe.push(0) ? -1 : pushed)
            }
            Task {
                _ = await pipe.next()
                pipe.abandon()
            }
        }
        #expect(pushed >= 1 && pushed <= 3)
        #expect(await pipe.next() == nil)
    }
}
