import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '@millrace/store'
import { mergeBlocks } from './store-blocks.ts'

/** A store of one section. */
interface OpenStore {
  readonly lastId: number
  /** Appends blocks, or replaces all there are; durable once it resolves. */
  commit(id: number, blocks: readonly Uint8Array[], whole: boolean): Promise<void>
  blocks(): Promise<readonly Uint8Array[]>
  close(): Promise<void>
}

/** A kind of store. */
export interface StoreEngine {
  open(directory: string): Promise<OpenStore>
}

/** The kinds to compare; LMDB if a folder is named that has it. */
export function enginesOf(lmdb: string | undefined): ReadonlyMap<string, StoreEngine> {
  const engines = new Map<string, StoreEngine>([
    ['files', { open: async (directory) => merging(await openFiles(directory)) }],
    ['node:sqlite', { open: async (directory) => merging(openSqlite(directory)) }],
  ])
  if (lmdb !== undefined) {
    const { open } = createRequire(join(lmdb, 'x.js'))('lmdb') as { open: OpenLmdb }
    engines.set('lmdb', { open: async (directory) => merging(openLmdb(open, directory)) })
  }
  return engines
}

async function openFiles(directory: string): Promise<OpenStore> {
  const store = await openStore({ directory, job: 'bench', clock: Date })
  return {
    lastId: Number(store.latest()?.meta ?? 0),
    commit: async (meta, blocks, replace) => {
      const sections = new Map([['stage', { blocks, replace }]])
      await store.commit({ id: store.lastId + 1, sections, meta })
    },
    blocks: () => store.read('stage'),
    close: () => store.close(),
  }
}

/** All is written anew once half of it was appended. */
function merging(store: OpenStore): OpenStore {
  let appended = 0
  let whole = 1
  let behind: Promise<void> | undefined
  return {
    ...store,
    commit: async (id, blocks, isWhole) => {
      await behind
      await store.commit(id, blocks, isWhole)
      const bytes = blocks.reduce((sum, block) => sum + block.length, 0)
      if (isWhole) [whole, appended] = [bytes, 0]
      else appended += bytes
      if (appended * 2 <= whole) return
      appended = 0
      behind = store
        .blocks()
        .then(mergeBlocks)
        .then((merged) => store.commit(id, merged, true))
    },
    close: async () => {
      await behind
      await store.close()
    },
  }
}

function openSqlite(directory: string): OpenStore {
  const database = new DatabaseSync(join(directory, 'state.db'))
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS block (number INTEGER PRIMARY KEY, bytes BLOB);
    CREATE TABLE IF NOT EXISTS latest (one INTEGER PRIMARY KEY, id INTEGER)`)
  const last = database.prepare('SELECT id FROM latest').get()?.['id']
  return {
    lastId: Number(last ?? 0),
    commit: async (id, blocks, whole) => {
      database.exec('BEGIN IMMEDIATE')
      if (whole) database.exec('DELETE FROM block')
      const insert = database.prepare('INSERT INTO block (bytes) VALUES (?)')
      for (const block of blocks) insert.run(block)
      database.prepare('INSERT OR REPLACE INTO latest VALUES (1, ?)').run(id)
      database.exec('COMMIT')
    },
    blocks: async () =>
      database
        .prepare('SELECT bytes FROM block ORDER BY number')
        .all()
        .map((row) => row['bytes'] as Uint8Array),
    close: async () => database.close(),
  }
}

type OpenLmdb = (options: object) => Lmdb

interface Lmdb {
  readonly flushed: Promise<unknown>
  get(key: unknown): Uint8Array | undefined
  put(key: unknown, value: Uint8Array): void
  remove(key: unknown): void
  transaction(act: () => void): Promise<unknown>
  getRange(range: object): Iterable<{ readonly key: number; readonly value: Uint8Array }>
  close(): Promise<void>
}

function openLmdb(open: OpenLmdb, directory: string): OpenStore {
  const database = open({ path: directory, encoding: 'binary', overlappingSync: false })
  const all = (): { readonly key: number; readonly value: Uint8Array }[] => [
    ...database.getRange({ start: 0, end: Number.MAX_SAFE_INTEGER }),
  ]
  let next = (all().at(-1)?.key ?? 0) + 1
  const id = database.get('id')
  return {
    lastId: id === undefined ? 0 : Number(new TextDecoder().decode(id)),
    commit: async (number, blocks, whole) => {
      const old = whole ? all().map(({ key }) => key) : []
      await database.transaction(() => {
        for (const key of old) database.remove(key)
        for (const block of blocks) database.put(next++, block)
        database.put('id', new TextEncoder().encode(String(number)))
      })
      await database.flushed
    },
    // Its buffers do not begin where numbers may.
    blocks: async () => all().map(({ value }) => value.slice()),
    close: () => database.close(),
  }
}
