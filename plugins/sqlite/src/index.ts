// The sink and the source `sqlite`: tables of SQLite databases, by the module that Node.js brings along.
// In a job with checkpoints each row is there exactly once: rows wait in a table of ours until their checkpoint is durable.
// With `key` a table holds the latest row of each key.
// It is no pool and no dialect: for other databases write a sink of your own, in the same way.
// Start with sqlite-sink.ts, then staged-rows.ts and progress.ts.
export { type SqliteSinkParameters, sqliteSink } from './sqlite-sink.ts'
export { type SqliteSourceParameters, sqliteSource } from './sqlite-source.ts'
