import { join } from 'node:path'
import { blocksName } from './block-file.ts'
import { diskError, STORE_CORRUPT, STORE_NEWER, STORE_REMOVED, systemCode } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import {
  BadManifest,
  type BlockRef,
  decodeManifest,
  filesOf,
  FORMAT,
  type Manifest,
} from './manifest.ts'

/** Name of the file a checkpoint is written to before it gets its own. */
export const UNFINISHED = 'unfinished'
/** Name of the file that is locked. */
export const LOCK = 'lock'
/** Name of the file that says who has the lock. */
export const HOLDER = 'holder.json'

/** Name of the file that says that there is a checkpoint: it stays, whatever becomes of these. */
export const BEGUN = 'begun'

/** The name of a checkpoint's file. */
export const manifestName = ({ id, savepoint }: Pick<Manifest, 'id' | 'savepoint'>): string =>
  savepoint === undefined ? `checkpoint-${id}` : `savepoint-${savepoint}`

/** What is in a directory. */
export interface Scan {
  /** Checkpoints by id, then savepoints by name: those that are whole. */
  readonly manifests: readonly Manifest[]
  /** Files of checkpoints and savepoints that are damaged: the files they need are not known. */
  readonly damaged: ReadonlyMap<string, BadManifest>
  /** Numbers of the files of blocks there are, with their bytes. */
  readonly blocks: ReadonlyMap<number, number>
  /** The largest id of a checkpoint, damaged ones included. */
  readonly lastId: number
  /** Whether the directory says that there has been a checkpoint. */
  readonly isBegun: boolean
}

const numbered = (names: readonly string[], pattern: RegExp): number[] =>
  names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b)

/**
 * Reads what is in the directory. The checkpoint of the largest id must be whole, with all it needs, and one must be there where there has
 * been one, unless `anew`. Rejects with `STORE_CORRUPT`, `STORE_REMOVED`, `STORE_NEWER` and errors of the disk.
 */
export async function scan(fs: FileSystem, directory: string, anew = false): Promise<Scan> {
  const names = await fs.list(directory)
  const ids = numbered(names, /^checkpoint-(\d+)$/)
  const isBegun = names.includes(BEGUN)
  if (isBegun && ids.length === 0 && !anew) throw STORE_REMOVED({ directory })
  const savepoints = names.filter((name) => name.startsWith('savepoint-')).toSorted()
  const blocks = new Map<number, number>()
  for (const file of numbered(names, /^blocks-(\d+)$/)) {
    blocks.set(file, await fs.size(join(directory, blocksName(file))))
  }
  const manifests: Manifest[] = []
  const damaged = new Map<string, BadManifest>()
  const latest = ids.at(-1)
  for (const name of [...ids.map((id) => manifestName({ id })), ...savepoints]) {
    try {
      manifests.push(await readManifest(fs, directory, name))
    } catch (error) {
      if (!(error instanceof BadManifest)) throw error
      if (error.format !== undefined) throw newer(directory, name, error.format)
      damaged.set(name, error)
    }
  }
  const failure = damaged.get(`checkpoint-${latest}`)
  if (failure !== undefined && !anew) {
    throw damagedManifest(directory, manifests, `checkpoint-${latest}`, failure)
  }
  const newest = manifests.find(({ id, savepoint }) => id === latest && savepoint === undefined)
  if (newest !== undefined && !anew) checkFiles({ directory, manifests, blocks }, newest)
  const lastId = manifests.reduce((most, { id }) => Math.max(most, id), latest ?? 0)
  return { manifests, damaged, blocks, lastId, isBegun }
}

async function readManifest(fs: FileSystem, directory: string, name: string): Promise<Manifest> {
  const path = join(directory, name)
  try {
    return decodeManifest(await fs.read(path, 0, await fs.size(path)))
  } catch (error) {
    throw error instanceof BadManifest ? error : diskError(error, path)
  }
}

const newer = (directory: string, name: string, format: number): Error =>
  STORE_NEWER({ file: join(directory, name), format, known: FORMAT })

function checkFiles(
  found: Pick<Scan, 'manifests' | 'blocks'> & { readonly directory: string },
  manifest: Manifest,
): void {
  for (const refs of manifest.sections.values()) {
    for (const ref of refs) {
      const size = found.blocks.get(ref.file)
      if (size !== undefined && ref.offset + ref.length <= size) continue
      const reason = size === undefined ? 'the file is missing' : 'it ends too early'
      throw damagedBlock(found.directory, found.manifests, { ...ref, at: size ?? 0 }, reason)
    }
  }
}

/** What to say of a checkpoint's file that is not what was written. */
export function damagedManifest(
  directory: string,
  manifests: readonly Manifest[],
  name: string,
  { offset, message }: BadManifest,
): Error {
  const others = manifests.map((manifest) => manifest.id)
  const file = join(directory, name)
  return STORE_CORRUPT({ file, offset, reason: message, needing: [name], others })
}

/** What to say of a block that is not what was written. */
export function damagedBlock(
  directory: string,
  manifests: readonly Manifest[],
  ref: Pick<BlockRef, 'file'> & { readonly at: number },
  reason: string,
): Error {
  const needs = (manifest: Manifest): boolean => filesOf(manifest).has(ref.file)
  return STORE_CORRUPT({
    file: join(directory, blocksName(ref.file)),
    offset: ref.at,
    reason,
    needing: manifests.filter(needs).map(manifestName),
    others: manifests.filter((manifest) => !needs(manifest)).map((manifest) => manifest.id),
  })
}

/** True for an error that says a file is not there. */
export const isMissing = (error: unknown): boolean => systemCode(error) === 'ENOENT'
