import { refuseUnknown } from './check-options.ts'
import { Database, defaultDir, hasStore } from './store/database.ts'
import { readRetention, type Retention } from './store/retention.ts'
import { type BatchOptions, Stream } from './stream.ts'
import {
  checkName,
  ensureStream,
  findStream,
  type StreamRow,
  unknownStream,
} from './store/stream-row.ts'
import { processRuntime, type StreamRuntime } from './stream-runtime.ts'
import { type StreamState, stateOf } from './store/stream-state.ts'

/** How to open a stream. */
export interface OpenOptions {
  /** Directory of the streams; made if it is missing. Default: `.millrace/streams` in the working folder. */
  readonly dir?: string
  /** Replaces the stream's retention, for all. Default: as it was; at first everything is kept. */
  readonly retention?: Retention
  readonly batch?: BatchOptions
  /** False: a stream that does not exist is `STREAM_UNKNOWN`. Default: it is made. */
  readonly create?: boolean
  /** Time, timers and chance, for tests. Default: the process's. */
  readonly runtime?: StreamRuntime
}

/** Opens a stream, which is made if there is none of this name. Close it. Rejects with `STREAM_…`. */
export async function openStream<T = unknown>(
  name: string,
  options: OpenOptions = {},
): Promise<Stream<T>> {
  const known = ['dir', 'retention', 'batch', 'create', 'runtime']
  refuseUnknown(options, known, 'openStream')
  checkName(name, 'The name of a stream')
  const { batch, create = true, dir = defaultDir, retention, runtime = processRuntime } = options
  const limits = retention && JSON.stringify(readRetention(retention))
  const db = await Database.open(dir, runtime)
  try {
    const stream = await makeStream(db, { name, create, limits, runtime })
    return new Stream<T>(db, stream, { runtime, batch })
  } catch (error) {
    db.close()
    throw error
  }
}

/** The stream of this name, made if it is missing. Only reads where there is nothing to change. */
export async function makeStream(
  db: Database,
  options: {
    readonly name: string
    readonly create: boolean
    /** JSON of a retention to set. */
    readonly limits: string | undefined
    readonly runtime: Pick<StreamRuntime, 'now'>
  },
): Promise<StreamRow> {
  const { create, limits, name, runtime } = options
  const found = await db.read(() => findStream(db, name))
  if (found !== undefined && (limits === undefined || limits === found.retention)) return found
  return db.write(() => {
    if (!create && findStream(db, name) === undefined) throw unknownStream(db, name)
    const row = ensureStream(db, name, runtime.now())
    if (limits === undefined) return row
    db.run('UPDATE stream SET retention = ? WHERE id = ?', limits, row.id)
    return { ...row, retention: limits }
  })
}

/** All streams of a directory by name; none where there is no such directory, which is not made. Rejects with `STREAM_…`. */
export async function listStreams(
  dir: string = defaultDir,
  runtime: StreamRuntime = processRuntime,
): Promise<readonly StreamState[]> {
  if (!hasStore(dir)) return []
  const db = await Database.open(dir, runtime)
  try {
    return await db.read(() =>
      db
        .all('SELECT * FROM stream ORDER BY name')
        .map((row) => stateOf(db, row as unknown as StreamRow)),
    )
  } finally {
    db.close()
  }
}
