import { join } from 'node:path'
import { invariant, isMillraceError, messageOf, type Runtime } from '@millrace/base'
import type { SourceSnapshot, SourceSpec } from '@millrace/engine'
import type { InstanceScope, SourceBatch, SourceInstance } from '@millrace/sdk'
import { type FileSystem, nodeFileSystem } from '@millrace/store'
import { JOB_JOURNAL_SOURCE } from '../errors.ts'
import { JournalBatch } from './journal-batch.ts'
import { JournalLog } from './journal-log.ts'
import { JournaledPartition } from './journaled-partition.ts'

/** How long a source that is told to end may take. */
const GRACE_MS = 5000

/** Where the journal of a source is, and how it is read. */
export interface JournalOptions {
  /** A folder of its own. */
  readonly directory: string
  readonly runtime: Runtime
  /** Default: that of this machine. */
  readonly fs?: FileSystem | undefined
  /** Where the job goes on from; undefined: what an earlier run has written is not read, unless `isFirst`. */
  readonly restored?: SourceSnapshot | undefined
  /** Bytes that it may take: before that a checkpoint is asked for, and then its source waits. */
  readonly maxBytes: number
  /** Asks for a checkpoint now. */
  readonly checkpoint: () => void
  /** No checkpoint of the job came to be: what its first run has written is read. */
  readonly isFirst: boolean
}

/** A source that cannot be read again, by way of a journal: what it gives is on the disk before it is handed on. */
export function journaledSource(spec: SourceSpec, options: JournalOptions): SourceSpec {
  const { factory } = spec
  const { runtime } = options
  const journal = new Journal(spec, options)
  return {
    ...spec,
    factory: {
      traits: { ...factory.traits, replay: 'position' },
      create: (scope) => journal.instance(scope),
      dispose: () => journal.dispose(),
    },
    now: () => Math.min(runtime.now(), journal.earliest),
    drain: () => journal.drain(),
    recall(batch) {
      invariant(batch instanceof JournalBatch, 'a journal gives batches of its own')
      return batch
    },
  }
}

class Journal {
  readonly #spec: SourceSpec
  readonly #options: JournalOptions
  readonly #partitions = new Map<string, JournaledPartition>()
  /** The source itself lives as long as the job: what it has read and not given would be lost with it. */
  readonly #pause = new AbortController()
  #live: { readonly instance: SourceInstance; readonly names: readonly string[] } | undefined

  /** A checkpoint was asked for, and is not through. */
  #hasAsked = false

  constructor(spec: SourceSpec, options: JournalOptions) {
    this.#spec = spec
    this.#options = options
  }

  /** Nothing that comes from now on is older, epoch ms. */
  get earliest(): number {
    return Math.min(...Array.from(this.#partitions.values(), ({ earliest }) => earliest))
  }

  /** Bytes that no checkpoint has taken away yet. */
  get #held(): number {
    let sum = 0
    for (const { held } of this.#partitions.values()) sum += held
    return sum
  }

  get isFull(): boolean {
    return this.#held >= this.#options.maxBytes
  }

  /** There is more in the journal: in time before it is full a checkpoint shall take some of it away. */
  wrote(): void {
    const { checkpoint, maxBytes } = this.#options
    if (this.#hasAsked || this.#held < maxBytes / 2) return
    this.#hasAsked = true
    checkpoint()
  }

  async instance(scope: InstanceScope): Promise<SourceInstance> {
    const { factory } = this.#spec
    const instance = this.#live?.instance ?? (await factory.create(scope))
    return {
      open: () => (this.#live === undefined ? instance.open?.() : undefined),
      partitions: () => this.#open(instance),
      read: (partition, position, { signal }) =>
        this.#partition(partition).read(position, () => this.#read(partition), signal),
      size: () => instance.size?.(),
      ack: async (positions) => {
        for (const [name, position] of Object.entries(positions)) {
          await this.#partitions.get(name)?.ack(position)
        }
        this.#hasAsked = false
        this.wrote()
        for (const one of this.#partitions.values()) one.lookForRoom()
      },
    }
  }

  /** Ends the source; what it had read is given. */
  drain(): void {
    for (const one of this.#partitions.values()) one.drain()
    this.#pause.abort()
  }

  /** Ends the source, and keeps what it had read. */
  async dispose(): Promise<void> {
    const { runtime } = this.#options
    this.#pause.abort()
    const partitions = [...this.#partitions.values()]
    const settled = Promise.all(partitions.map((one) => one.settle()))
    let cancel = (): void => undefined
    const late = new Promise<void>((resolve) => {
      cancel = runtime.timer(GRACE_MS, () => resolve())
    })
    try {
      await Promise.race([settled, late])
    } finally {
      cancel()
      for (const one of partitions) await one.close()
      await this.#live?.instance.close?.()
      await this.#spec.factory.dispose()
    }
  }

  /** The partitions there are, and those of which only the journal knows. */
  async #open(instance: SourceInstance): Promise<readonly string[]> {
    if (this.#live === undefined) {
      const names = (await instance.partitions?.()) ?? ['']
      for (const name of await this.#known(names)) {
        this.#partitions.set(name, await this.#openPartition(name))
      }
      this.#live = { instance, names }
    }
    return [...this.#partitions.keys()]
  }

  async #known(names: readonly string[]): Promise<ReadonlySet<string>> {
    const { directory, fs = nodeFileSystem, restored } = this.#options
    await fs.makeDirectory(directory)
    const found = (await fs.list(directory)).flatMap((folder) => nameOf(folder) ?? [])
    const known = new Set([...found, ...names])
    for (const name of restored?.done ?? []) known.delete(name)
    return known
  }

  async #openPartition(name: string): Promise<JournaledPartition> {
    const { directory, fs = nodeFileSystem, isFirst, maxBytes, restored, runtime } = this.#options
    const folder = join(directory, folderOf(name))
    // Whole files are dropped.
    const log = await JournalLog.open({ fs, directory: folder, segmentBytes: maxBytes / 4 })
    const origin = { source: this.#spec.id, partition: name }
    const partition = new JournaledPartition(origin, log, runtime, this)
    if (restored === undefined && !isFirst) await partition.beginAnew()
    return partition
  }

  #partition(name: string): JournaledPartition {
    const partition = this.#partitions.get(name)
    invariant(partition !== undefined, 'partitions are known before they are read')
    return partition
  }

  async *#read(name: string): AsyncGenerator<SourceBatch> {
    invariant(this.#live !== undefined, 'a source is open before it is read')
    const { instance, names } = this.#live
    if (!names.includes(name)) return
    try {
      // All fields: the next run may look at others.
      yield* instance.read(name, undefined, { fields: undefined, signal: this.#pause.signal })
    } catch (error) {
      // Made again it would not have what it had read and not given.
      const code = isMillraceError(error) ? error.code : undefined
      throw JOB_JOURNAL_SOURCE({ id: this.#spec.id, code, reason: messageOf(error) }, {}, error)
    }
  }
}

const PREFIX = 'partition-'
const folderOf = (name: string): string => `${PREFIX}${encodeURIComponent(name)}`

function nameOf(folder: string): string | undefined {
  return folder.startsWith(PREFIX) ? decodeURIComponent(folder.slice(PREFIX.length)) : undefined
}
