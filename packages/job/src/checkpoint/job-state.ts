import type { MillraceError, Runtime } from '@millrace/base'
import type { ChangeStore, CommittedBytes, JobChanges, JobCheckpoint } from '@millrace/engine'
import type { SinkToken } from '@millrace/sdk'
import { type FileSystem, openStore, type SectionWrite, type Store } from '@millrace/store'
import { JobFaults } from '../errors.ts'
import { type Allowed, compareJobs, type CurrentJob, usable } from './compare-prints.ts'
import type { JournalSettings } from '../journal/with-journals.ts'
import { movedSources } from './moved-sources.ts'
import { KeptBlocks } from './kept-blocks.ts'
import {
  type CheckpointNote,
  readSections,
  readTokens,
  type SavedJob,
  writeSections,
} from './sections.ts'
import { readStateFile, type WrittenState, writeStateFile } from './state-file.ts'

/** Where and how often a job writes checkpoints. */
export interface CheckpointSettings {
  /** Absolute path of a folder of its own. */
  readonly dir: string
  readonly everyMs: number
  /** That of the job: files below it are the same files where all of it was moved. Default: nothing is known of that. */
  readonly folder?: string | undefined
  /** Bytes that the journal of each source that has one may take, by id. Default: none has one. */
  readonly journals?: Readonly<Record<string, number>> | undefined
}

/** How a job begins. */
export interface StartOptions {
  /** Begin anew; the state there was stays until the first checkpoint of this run. Default: go on from the last checkpoint. */
  readonly fresh?: boolean | undefined
  /** A savepoint to go on from, instead of the last checkpoint. */
  readonly from?: string | undefined
  /** Sources, stages and sinks that may have changed since. */
  readonly allowChanged?: readonly string[] | undefined
  /** Whether state of parts that the job no longer has may be dropped. */
  readonly allowDroppedState?: boolean | undefined
}

/** What a job state is opened for. */
export interface JobStateOptions extends StartOptions, CurrentJob {
  readonly settings: CheckpointSettings
  /** Name of the job. */
  readonly job: string
  /** The job file, for errors. */
  readonly file?: string | undefined
  readonly runtime: Runtime
  /** Default: that of this machine. */
  readonly fs?: FileSystem | undefined
}

/** The state of a job, held by this process: where it goes on from, and where its checkpoints go. */
export class JobState implements ChangeStore {
  readonly takesChanges = true
  readonly settings: CheckpointSettings
  /** What the job goes on from; undefined: it begins anew. */
  readonly restored: JobCheckpoint | undefined
  /** The last checkpoint that this run does not go on from. */
  readonly setAside: CheckpointNote | undefined
  /** What the sinks had prepared for that; undefined: the run goes on from the last checkpoint, or is the first. */
  readonly tokens: Readonly<Record<string, readonly SinkToken[]>> | undefined
  readonly #options: JobStateOptions
  readonly #store: Store
  readonly #isSettled: boolean
  readonly #kept: KeptBlocks
  #hasCommitted = false
  #savepoints = 0
  #closed: Promise<void> | undefined

  constructor(options: JobStateOptions, store: Store, begin: Begin) {
    this.settings = options.settings
    this.restored = begin.restored
    this.setAside = begin.setAside
    this.tokens = begin.tokens
    this.#kept = begin.kept ?? new KeptBlocks()
    this.#isSettled = begin.isSettled ?? false
    this.#options = options
    this.#store = store
  }

  /** Whether the job has come to the end of its input in an earlier run, and its sinks have shown everything. */
  get isFinished(): boolean {
    return this.restored?.end === 'finished' && this.#isSettled
  }

  /** Where the journals of its sources are, and how they are read. */
  get journals(): Omit<JournalSettings, 'checkpoint'> {
    const { fresh, from, fs, runtime, settings } = this.#options
    const { restored } = this
    const isFirst = restored === undefined && fresh !== true && from === undefined
    const { dir, journals: maxBytes = {} } = settings
    return { dir, fs, isFirst, maxBytes, restored, runtime }
  }

  async commit(checkpoint: JobChanges): Promise<CommittedBytes> {
    const { print, runtime } = this.#options
    const { folder } = this.settings
    const saved = { checkpoint, folder, print }
    const { meta, sections: own } = await writeSections(saved, runtime, this.#kept)
    // Stages that the job no longer has leave nothing behind.
    const before = this.#store.latest()?.sections ?? []
    const gone = before.map(({ name }) => [name, { blocks: [], replace: true }] as const)
    const sections = new Map<string, SectionWrite>([...gone, ...own])
    const committed = await this.#store.commit({ id: this.#store.lastId + 1, sections, meta })
    this.#kept.settle()
    this.#hasCommitted = true
    let writtenBytes = 0
    for (const { blocks } of own.values()) for (const { length } of blocks) writtenBytes += length
    let stateBytes = 0
    for (const { blocks } of committed.sections) for (const bytes of blocks) stateBytes += bytes
    return { writtenBytes, stateBytes }
  }

  async last(): Promise<JobCheckpoint | undefined> {
    if (!this.#hasCommitted) return undefined
    const saved = await readSections((section) => this.#store.read(section), this.#kept)
    return usable(saved, this.#options.print)
  }

  /** Notes that the sinks of a finished job have shown everything, so that nobody need open them again. */
  async settle(): Promise<void> {
    const meta = { ...(this.#store.latest()?.meta as CheckpointNote), settled: true }
    await this.#store.commit({ id: this.#store.lastId + 1, sections: new Map(), meta })
  }

  /** Writes the last checkpoint to a file of its own. Rejects with JOB_STATE_FILE and errors of the store. */
  async savepoint(file: string): Promise<WrittenState> {
    // Later checkpoints would take its blocks away while it is written.
    const name = `being-written-${++this.#savepoints}`
    if (this.#store.savepoint(name) !== undefined) await this.#store.discard(name)
    const kept = await this.#store.keep(name)
    try {
      return await writeStateFile(this.#store, kept, file)
    } finally {
      await this.#store.discard(name)
    }
  }

  /** Gives the directory back. */
  close(): Promise<void> {
    this.#closed ??= this.#store.close()
    return this.#closed
  }
}

interface Begin {
  readonly restored?: JobCheckpoint | undefined
  readonly isSettled?: boolean | undefined
  /** Of that checkpoint, where the next one is to follow it. */
  readonly kept?: KeptBlocks | undefined
  readonly setAside?: CheckpointNote | undefined
  readonly tokens?: Readonly<Record<string, readonly SinkToken[]>> | undefined
}

/**
 * Opens the state of a job and holds its directory until `close`. Rejects with STORE_LOCKED, JOB_STATE_* where the job cannot go on
 * from it (all reasons at once, as JobFaults), and errors of the store.
 */
export async function openJobState(options: JobStateOptions): Promise<JobState> {
  const { fresh, from, fs, job, runtime, settings } = options
  const anew = fresh === true || from !== undefined
  const at = { directory: settings.dir, job, clock: runtime, ...(fs && { fs }) }
  const store = await openStore({ ...at, anew })
  try {
    return new JobState(options, store, await beginOf(options, store))
  } catch (error) {
    await store.close()
    throw error
  }
}

async function beginOf(options: JobStateOptions, store: Store): Promise<Begin> {
  const { fresh, from, job } = options
  const latest = store.latest()
  const note = latest?.meta as CheckpointNote | undefined
  if (fresh !== true && from === undefined) {
    if (latest === undefined) return {}
    const kept = new KeptBlocks()
    const saved = await readSections((section) => store.read(section), kept)
    return { restored: fit(saved, options), isSettled: note?.settled, kept }
  }
  // A state that is damaged is no reason not to begin anew: then what its sinks had prepared stays where it is.
  const read = (section: string): Promise<readonly Uint8Array[]> => store.read(section)
  const isLast = latest?.id === store.lastId
  const tokens =
    note === undefined || !isLast ? {} : await readTokens(read, options.print).catch(() => ({}))
  store.goOnFrom(undefined)
  if (from === undefined) return note === undefined ? {} : { setAside: note, tokens }
  const saved = await readStateFile(from, job)
  return { restored: fit(saved, options), setAside: note, tokens }
}

/** The checkpoint as the job can use it. Throws JOB_STATE_* where it cannot. */
function fit(saved: SavedJob, options: JobStateOptions): JobCheckpoint {
  const { allowChanged, allowDroppedState, file = options.job, settings } = options
  const allowed: Allowed = { changed: allowChanged, droppedState: allowDroppedState }
  const faults: readonly MillraceError[] = compareJobs(saved, options, allowed)
  if (faults.length > 0) throw new JobFaults(file, faults)
  const fitting = usable(saved, options.print)
  if (saved.folder === undefined || settings.folder === undefined) return fitting
  return { ...fitting, sources: movedSources(fitting.sources, saved.folder, settings.folder) }
}
