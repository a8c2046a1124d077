/// What the journal asks of a file system. The seam exists for the second implementation: the simulated disk of the
/// tests, which forgets what was not synced.
package protocol Disk: Sendable {
    /// Names in the folder, in no order.
    func list(_ folder: String) throws(DiskError) -> [String]
    /// Opens for reading and writing; creates the file, which must not exist, when `create` is set.
    func open(_ path: String, create: Bool) throws(DiskError) -> any DiskFile
    func rename(_ from: String, to: String) throws(DiskError)
    func remove(_ path: String) throws(DiskError)
    /// Makes creations, renames and removals in the folder durable.
    func syncFolder(_ path: String) throws(DiskError)
    /// When the file's content last changed, Unix seconds.
    func modifiedAtSeconds(_ path: String) throws(DiskError) -> Int64
    /// Bytes that may still be written in the folder's file system.
    func freeBytes(_ folder: String) throws(DiskError) -> UInt64
}

package protocol DiskFile: Sendable {
    func sizeBytes() throws(DiskError) -> UInt64
    /// Reads up to the buffer's size; fewer bytes only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(DiskError) -> Int
    /// Writes all buffers one after the other, or throws.
    func write(_ buffers: [UnsafeRawBufferPointer], at offset: UInt64) throws(DiskError)
    /// Returns once everything written is on stable storage (`fdatasync`).
    func sync() throws(DiskError)
    func truncate(to sizeBytes: UInt64) throws(DiskError)
    /// Makes the content count as changed at that time, Unix seconds.
    func setModifiedAtSeconds(_ seconds: Int64) throws(DiskError)
    /// Safe to repeat.
    func close()
}

extension DiskFile {
    /// A disk that knows no times has none to keep.
    package func setModifiedAtSeconds(_ seconds: Int64) throws(DiskError) {}
}

/// A file system call that failed.
package struct DiskError: Error, Sendable, Equatable, CustomStringConvertible {
    package var operation: String
    package var path: String
    package var code: Int32
    package var message: String

    package init(operation: String, path: String, code: Int32, message: String) {
        self.operation = operation
        self.path = path
        self.code = code
        self.message = message
    }

    package var description: String { "cannot \(operation) \(path): \(message)" }
}
