import { join } from 'node:path'
import { joinReplicas } from '@millrace/engine'
import { type Checkpoint, openStore, readStore, type StoreReader } from '@millrace/store'
import type { Runtime } from '@millrace/base'
import { isMillraceError } from '@millrace/base'
import { JOB_STATE_THERE } from '../errors.ts'
import { bytesBelow } from './bytes-below.ts'
import type { CheckpointSettings } from './job-state.ts'
import { type CheckpointNote, isSectionOf, readSections, type SavedJob } from './sections.ts'
import { bytesOfHandles } from './stage-section.ts'
import { importStateFile, type WrittenState, writeStateFile } from './state-file.ts'

/** The state of a job, as it was when it was looked at: also while the job runs. That of replicas of a stage is together. */
export interface ReadState extends SavedJob {
  readonly note: CheckpointNote
  /** Bytes of all files in the folder of the state, journals included. What waits in scratch files is not among them: it goes with its process. */
  readonly size: number
  /** How many of these the journals of sources take. */
  readonly journalSize: number
  /** Bytes of what a stage keeps in the checkpoint, and of each of its state handles. */
  bytesOf(
    stage: string,
  ): Promise<{ readonly all: number; readonly handles: ReadonlyMap<string, number> }>
}

/** Reads the last checkpoint of a job without holding its state; undefined: there is none. Rejects with errors of the store. */
export async function readJobState(dir: string): Promise<ReadState | undefined> {
  // A job that runs takes old checkpoints away, perhaps the one that is being read: then there is a newer one.
  for (let attempt = 1; ; attempt++) {
    const found = await latestOf(dir)
    if (found === undefined) return undefined
    const { latest, store } = found
    const read = (section: string): Promise<Uint8Array[]> => store.read(section, latest)
    try {
      const saved = await readSections(read)
      return {
        ...saved,
        checkpoint: joinReplicas(saved.checkpoint),
        note: latest.meta as CheckpointNote,
        size: await bytesBelow(dir),
        journalSize: await bytesBelow(join(dir, 'journal')),
        async bytesOf(stage) {
          const own = latest.sections.filter(({ name }) => isSectionOf(name, stage))
          const blocks = (await Promise.all(own.map(({ name }) => read(name)))).flat()
          const all = blocks.reduce((sum, block) => sum + block.length, 0)
          return { all, handles: bytesOfHandles(blocks) }
        },
      }
    } catch (error) {
      if (attempt === 5 || !isMillraceError(error, 'STORE_GONE')) throw error
    }
  }
}

/** Writes the last checkpoint of a job that does not run to a file; undefined: there is none. Rejects with JOB_STATE_FILE and errors of the store. */
export async function exportState(dir: string, file: string): Promise<WrittenState | undefined> {
  const found = await latestOf(dir)
  return found && writeStateFile(found.store, found.latest, file)
}

/**
 * Makes the state in a file that of a job, which must not run. Rejects with JOB_STATE_THERE where it has some and `replace` is not set,
 * JOB_STATE_FILE, JOB_STATE_OTHER, STORE_LOCKED and errors of the store.
 */
export async function importState(
  file: string,
  options: {
    readonly settings: Pick<CheckpointSettings, 'dir'>
    readonly job: string
    readonly runtime: Runtime
    readonly replace: boolean
  },
): Promise<CheckpointNote> {
  const { job, replace, runtime, settings } = options
  const { meta, sections } = await importStateFile(file, job)
  const store = await openStore({ directory: settings.dir, job, clock: runtime, anew: replace })
  try {
    const latest = store.latest()
    if (latest !== undefined && !replace) {
      const { number } = latest.meta as CheckpointNote
      throw JOB_STATE_THERE({ dir: settings.dir, number })
    }
    store.goOnFrom(undefined)
    await store.commit({ id: store.lastId + 1, sections, meta })
    return meta as CheckpointNote
  } finally {
    await store.close()
  }
}

async function latestOf(
  dir: string,
): Promise<{ readonly store: StoreReader; readonly latest: Checkpoint } | undefined> {
  try {
    const store = await readStore({ directory: dir })
    const latest = store.latest()
    return latest && { store, latest }
  } catch (error) {
    if (isMillraceError(error, 'STORE_NONE')) return undefined
    throw error
  }
}
