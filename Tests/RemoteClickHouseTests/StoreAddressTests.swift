import EventStore
import RemoteClickHouse
import Testing

@Suite("The store's address")
struct StoreAddressTests {
    @Test("a server is named by what differs from the usual")
    func server() throws {
        let address = try StoreAddress("clickhouse://ch.example")
        #expect(address.hosts == [.init(name: "ch.example", port: 8123)])
        #expect(address.user == "default")
        #expect(address.password == "")
        #expect(address.database == "footprint")
        #expect(address.cluster == nil)
        #expect(address.quorum == 1)
        #expect(!address.isEncrypted)
    }

    @Test("a cluster is named by some of its hosts and its name")
    func cluster() throws {
        let address = try StoreAddress(
            "clickhouse://foot:p%40ss:w%2Frd@ch1,ch2:9000,[2001:db8::1]:8124/stats?cluster=big&insert_quorum=2&ca=/etc/ca.pem"
        )
        #expect(
            address.hosts == [
                .init(name: "ch1", port: 8443), .init(name: "ch2", port: 9000), .init(name: "2001:db8::1", port: 8124),
            ]
        )
        #expect(address.user == "foot")
        #expect(address.password == "p@ss:w/rd")
        #expect(address.database == "stats")
        #expect(address.cluster == "big")
        #expect(address.quorum == 2)
        #expect(address.isEncrypted)
        #expect(address.authorities == "/etc/ca.pem")
    }

    @Test("what is shown of it is enough to know it by, and not the password")
    func shown() throws {
        let address = try StoreAddress("clickhouse://foot:secret@ch1:8123,ch2/stats?cluster=big")
        #expect("\(address)" == "clickhouse://foot@ch1:8123,ch2:8123/stats?cluster=big")
    }

    @Test(
        "an address that is not right is refused with what is wrong, and without the password",
        arguments: [
            ("http://foot:secret@ch1", "clickhouse://"),
            ("clickhouse://foot:secret@", "host is missing"),
            ("clickhouse://foot:secret@ch1,,ch2?cluster=big", "host is missing"),
            ("clickhouse://foot:secret@ch1:0", "port of ch1"),
            ("clickhouse://foot:secret@ch1:port", "port of ch1"),
            ("clickhouse://foot:secret@ch1,ch2", "?cluster=NAME"),
            ("clickhouse://foot:secret@ch1/a;b", "database's name"),
            ("clickhouse://foot:secret%@ch1", "%25"),
            ("clickhouse://foot:secret@ch1?shards=2", "\"shards\""),
            ("clickhouse://foot:secret@ch1?cluster=", "cluster has no value"),
            ("clickhouse://foot:secret@ch1?cluster=a&cluster=b", "twice"),
            ("clickhouse://foot:secret@ch1?tls=yes", "tls is on or off"),
            ("clickhouse://foot:secret@ch1?insert_quorum=0", "insert_quorum"),
        ]
    )
    func refused(text: String, reason: String) {
        let error = #expect(throws: StoreError.self) { try StoreAddress(text) }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.contains(reason), "\(sentence)")
        #expect(!sentence.contains("secret"))
    }
}
