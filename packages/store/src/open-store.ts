import type { Runtime } from '@millrace/base'
import { ofJob } from './checkpoint-reader.ts'
import { scan } from './directory.ts'
import { DirectoryStore } from './directory-store.ts'
import { diskError } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { hold } from './holder.ts'
import { nodeFileSystem } from './node/node-file-system.ts'
import type { Store } from './store.ts'

/** What a store is opened with. */
export interface StoreOptions {
  readonly directory: string
  /** Name of the job; the state of another is refused. */
  readonly job: string
  readonly clock: Pick<Runtime, 'now'>
  /** The disk of this machine by default. */
  readonly fs?: FileSystem
  /** How many checkpoints are kept besides savepoints, the latest included. 2 by default. */
  readonly keep?: number
  /** Blocks are not written again to win less room than this. 64 KiB by default. */
  readonly worthBytes?: number
  /** Nobody goes on from what is there: then it may be damaged. Default: the latest checkpoint must be whole. */
  readonly anew?: boolean
}

/**
 * Opens the state of a job, made where there is none, and holds its directory until `close`.
 * Rejects with `STORE_LOCKED`, `STORE_OTHER_JOB`, `STORE_CORRUPT`, `STORE_REMOVED`, `STORE_NEWER` and errors of the disk.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory, fs = nodeFileSystem, job, clock } = options
  const { anew = false, keep = 2, worthBytes = 64 << 10 } = options
  try {
    await fs.makeDirectory(directory)
    const release = await hold(fs, directory, clock.now())
    try {
      const found = ofJob(await scan(fs, directory, anew), directory, job)
      // A checkpoint whose process died before it had synced the name would else be told of and then lost to a power cut.
      await fs.syncDirectory(directory)
      const held = { directory, fs, job, clock, keep, worthBytes, release }
      const store = new DirectoryStore(held, found)
      await store.sweep()
      return store
    } catch (error) {
      await release()
      throw error
    }
  } catch (error) {
    throw diskError(error, directory)
  }
}
