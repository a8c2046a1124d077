@main
struct Footprint {
    static func main() {}
}
