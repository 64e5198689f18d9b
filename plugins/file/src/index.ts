// Files, standard input and standard output as source and sink: JSON lines, JSON, CSV, lines, gzip.
// It moves bytes and records; times, keys and retries are the engine's affair.
// What cannot be decoded is handed on as malformed, never dropped; what is written is whole lines.
// FILE_BROKEN_PIPE is exported because a command ends quietly on it, FilesInUse for the sinks of other plugins.
// Start with file-source.ts and file-sink.ts.
export { FILE_BROKEN_PIPE } from './errors.ts'
export { fileSink, type FileSinkParameters } from './file-sink.ts'
export { FilesInUse, filesInUse, type Holder } from './files-in-use.ts'
export { fileSource, type FileSourceParameters } from './file-source.ts'
