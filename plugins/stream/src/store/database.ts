import { existsSync, mkdirSync, openSync, fsyncSync, closeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { isMillraceError, messageOf } from '@millrace/base'
import {
  STREAM_BUSY,
  STREAM_CORRUPT,
  STREAM_DISK_FULL,
  STREAM_READONLY,
  STREAM_STORE,
  STREAM_VERSION,
} from '../errors.ts'
import { loadSqlite } from './load-sqlite.ts'
import { applicationId, formatVersion, schema } from './schema.ts'
import { type StreamRuntime, wait } from '../stream-runtime.ts'

/** Where streams are when nobody says: below the shell's folder, or beside the job file. */
export const defaultDir = '.millrace/streams'

/** `synced`: survives a power cut once it is resolved. `relaxed`: survives the end of the process, however it ends. */
export type Durability = 'synced' | 'relaxed'

/** How long somebody may hold the store before we give up. */
const busyMsMax = 30_000

const code = { busy: 5, locked: 6, readonly: 8, ioError: 10, corrupt: 11, full: 13, notStore: 26 }

/** Low byte: what kind of error of SQLite this is; 0 for others. */
function sqliteCode(error: unknown): number {
  const extended = (error as { readonly errcode?: unknown } | null)?.errcode
  return typeof extended === 'number' ? extended & 0xff : 0
}

/** The path of the store of a directory. */
export function storePath(dir: string): string {
  return join(resolve(dir), 'streams.db')
}

/** Whether a directory holds streams. */
export function hasStore(dir: string): boolean {
  return existsSync(storePath(dir))
}

/** One connection to the store of a directory. A transaction is done in one go, so none stands in another's way. */
export class Database {
  readonly path: string
  readonly #runtime: StreamRuntime
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #durability: Durability = 'synced'
  #isOpen = true

  private constructor(path: string, db: DatabaseSync, runtime: StreamRuntime) {
    this.path = path
    this.#db = db
    this.#runtime = runtime
  }

  /** Opens the store of a directory and makes what is missing. Rejects with `STREAM_…`. */
  static async open(dir: string, runtime: StreamRuntime): Promise<Database> {
    const path = storePath(dir)
    let db: DatabaseSync
    try {
      makeDirectory(dirname(path))
      const { DatabaseSync } = loadSqlite()
      db = new DatabaseSync(path, { timeout: 0 })
    } catch (error) {
      throw toStreamError(error, path)
    }
    const database = new Database(path, db, runtime)
    try {
      await database.#patiently(() => database.#prepareStore())
    } catch (error) {
      database.close()
      throw error
    }
    return database
  }

  #prepareStore(): void {
    const pragma = (name: string): number => Number(this.get(`PRAGMA ${name}`)?.[name])
    const [application, version] = [pragma('application_id'), pragma('user_version')]
    if (application === applicationId && version > formatVersion) {
      throw STREAM_VERSION({ path: this.path, version })
    }
    if (
      application !== applicationId &&
      Number(this.get('PRAGMA schema_version')?.['schema_version']) > 0
    ) {
      throw STREAM_CORRUPT({ path: this.path, reason: 'it is a database of something else' })
    }
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    if (application === applicationId) return
    this.#transact(() => {
      // Somebody may have been faster.
      if (pragma('application_id') !== applicationId) this.#db.exec(schema)
    })
  }

  /** The first row of a question; undefined when there is none. */
  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values)
  }

  /** All rows of a question. */
  all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values)
  }

  /** Changes rows; says how many and the id of the last one it made. */
  run(sql: string, ...values: SQLInputValue[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values)
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  /** A consistent view. `work` must not wait. */
  read<T>(work: () => T): Promise<T> {
    return this.#patiently(() => {
      this.#db.exec('BEGIN')
      try {
        return work()
      } finally {
        this.#db.exec('ROLLBACK')
      }
    })
  }

  /** All of `work` or nothing of it; it must not wait, and may be called more than once. */
  write<T>(work: () => T, durability: Durability = 'synced'): Promise<T> {
    return this.#patiently(() => {
      this.#sync(durability)
      return this.#transact(work)
    })
  }

  /**
   * Like a synced `write`, for work that is too long for one go: after each step the event loop has its turns. Until it is resolved nothing
   * else may be asked of this connection.
   */
  async writeInSteps(begin: () => Iterator<void, void>): Promise<void> {
    const steps = await this.#patiently(() => {
      this.#sync('synced')
      this.#db.exec('BEGIN IMMEDIATE')
      return begin()
    })
    try {
      while (steps.next().done !== true) {
        await new Promise<void>((resolve) => {
          this.#runtime.schedule(resolve)
        })
      }
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw toStreamError(error, this.path)
    }
  }

  /** Lets go of the store. What was resolved stays. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#statements.clear()
    this.#db.close()
  }

  #sync(durability: Durability): void {
    if (durability === this.#durability) return
    this.#db.exec(`PRAGMA synchronous = ${durability === 'synced' ? 'FULL' : 'NORMAL'}`)
    this.#durability = durability
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #transact<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** Tries until nobody else is in the way: waiting leaves the event loop free. */
  async #patiently<T>(work: () => T): Promise<T> {
    for (let waitedMs = 0; ;) {
      try {
        return work()
      } catch (error) {
        if (![code.busy, code.locked].includes(sqliteCode(error))) {
          throw toStreamError(error, this.path)
        }
        if (waitedMs >= busyMsMax) {
          throw STREAM_BUSY({ path: this.path, seconds: busyMsMax / 1000 }, undefined, error)
        }
        const delayMs = Math.ceil(1 + this.#runtime.random() * Math.min(20, 2 + waitedMs / 10))
        waitedMs += delayMs
        await wait(delayMs, this.#runtime)
      }
    }
  }
}

/** Makes the folder and sees to it that its name survives a power cut. */
function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true })
  if (first === undefined || process.platform === 'win32') return
  for (let folder = path; ; folder = dirname(folder)) {
    const above = openSync(dirname(folder), 'r')
    fsyncSync(above)
    closeSync(above)
    if (folder === first) return
  }
}

function toStreamError(error: unknown, path: string): unknown {
  if (isMillraceError(error)) return error
  const system = (error as NodeJS.ErrnoException | null)?.code
  const kind = sqliteCode(error)
  const reason = messageOf(error)
  if (kind === code.full || system === 'ENOSPC') return STREAM_DISK_FULL({ path }, undefined, error)
  if (kind === code.readonly || system === 'EACCES' || system === 'EROFS') {
    return STREAM_READONLY({ path }, undefined, error)
  }
  if (kind === code.corrupt || kind === code.notStore) {
    return STREAM_CORRUPT({ path, reason }, undefined, error)
  }
  const isStore = kind !== 0 || system === 'ERR_SQLITE_ERROR' || system?.startsWith('E') === true
  return isStore ? STREAM_STORE({ path, reason }, undefined, error) : error
}
