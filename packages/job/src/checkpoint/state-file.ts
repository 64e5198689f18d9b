import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isMillraceError, messageOf, placed } from '@millrace/base'
import {
  type Checkpoint,
  exportCheckpoint,
  type Exported,
  importCheckpoint,
  nodeFileSystem,
  type StoreReader,
} from '@millrace/store'
import { JOB_STATE_FILE, JOB_STATE_OTHER } from '../errors.ts'
import { type CheckpointNote, readSections, type SavedJob } from './sections.ts'

/** A state that was written to a file. */
export interface WrittenState extends CheckpointNote {
  readonly file: string
  readonly bytes: number
}

/** Lines are written together up to so many characters. */
const CHUNK = 1 << 16

/** Writes a checkpoint of a store to a file, which appears whole or not at all, and survives a power cut. Rejects with JOB_STATE_FILE and errors of the store. */
export async function writeStateFile(
  store: StoreReader,
  checkpoint: Checkpoint,
  file: string,
): Promise<WrittenState> {
  const part = `${file}.part`
  let bytes = 0
  try {
    await using handle = await open(part, 'w')
    let waiting = ''
    for await (const line of exportCheckpoint(store, checkpoint)) {
      waiting += line
      if (waiting.length < CHUNK) continue
      await handle.appendFile(waiting)
      waiting = ''
    }
    await handle.appendFile(waiting)
    await handle.sync()
    bytes = (await handle.stat()).size
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    throw fileError(error, file)
  }
  try {
    await rename(part, file)
    await nodeFileSystem.syncDirectory(dirname(file))
  } catch (error) {
    throw fileError(error, file)
  }
  return { ...(checkpoint.meta as CheckpointNote), file, bytes }
}

/** The state in a file, to be committed. Rejects with JOB_STATE_FILE, JOB_STATE_OTHER, STORE_IMPORT and STORE_NEWER. */
export async function importStateFile(file: string, job: string): Promise<Exported> {
  try {
    await using handle = await open(file)
    const exported = await importCheckpoint(handle.readLines())
    if (exported.job !== job) throw JOB_STATE_OTHER({ file, job, found: exported.job })
    return exported
  } catch (error) {
    throw isMillraceError(error) ? placed(error, { file }) : fileError(error, file)
  }
}

/** The job whose state is in a file. Rejects with JOB_STATE_FILE, JOB_STATE_OTHER, STORE_IMPORT, STORE_NEWER and JOB_STATE_NEWER. */
export async function readStateFile(file: string, job: string): Promise<SavedJob> {
  const { sections } = await importStateFile(file, job)
  return readSections((section) => Promise.resolve(sections.get(section)?.blocks ?? []))
}

function fileError(error: unknown, file: string): unknown {
  if (isMillraceError(error)) return error
  return JOB_STATE_FILE({ file, reason: messageOf(error) }, { file }, error)
}
