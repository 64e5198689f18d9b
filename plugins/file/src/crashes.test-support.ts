import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { createRandom, type MillraceError } from '@millrace/base'
import type { SinkBatch, SinkInstance, SinkToken } from '@millrace/sdk'
import { createFileSink, fileSink, type FileSinkParameters } from './file-sink.ts'
import type { Disk } from './write/durable.ts'

/** What the job of a sink does, and what happens to it. */
export type Step =
  | { readonly kind: 'write'; readonly count: number }
  | { readonly kind: 'prepare' | 'durable' | 'commit' | 'stop' }
  /** Keeps the last durable checkpoint as a savepoint; goes on from the last one that was kept, or the first. */
  | { readonly kind: 'keep' | 'back' | 'backToFirst' }
  /** Behind some turns of what comes next: a power cut leaves this share of what was not synced. */
  | { readonly kind: 'crash'; readonly turns: number; readonly kept: number }

interface LetGo {
  letGo?(): Promise<void>
}

interface Saved {
  readonly token: SinkToken
  readonly at: number
  /** All that was written before it. */
  readonly written: readonly unknown[]
}

interface Kept {
  readonly inode: number
  readonly bytes: Buffer
  /** Bytes that a power cut cannot take. */
  readonly synced: number
}

/** A batch as a sink gets it. */
export function batchOf(...values: readonly unknown[]): SinkBatch {
  return {
    length: values.length,
    value: (index) => values[index],
    timestamp: () => 0,
    watermark: () => 0,
    key: () => undefined,
    origin: () => undefined,
    id: (index) => `${index}`,
  }
}

/** A job with checkpoints that writes records to a folder, and is killed whenever somebody likes. */
export class CrashingJob {
  readonly #folder: string
  readonly #parameters: FileSinkParameters
  readonly #records: readonly object[]
  readonly #random = createRandom(1)
  /** By inode. */
  #synced = new Map<number, number>()
  #sink: SinkInstance
  readonly #sinks: SinkInstance[] = []
  #at = 0
  #number = 0
  #prepared: Saved | undefined
  #durable: Saved | undefined
  #savepoints: Saved[] = []
  /** How often it went back: its records tell. */
  #turn = 0
  #written: readonly unknown[] = []
  /** Codes of why it could not go back. */
  readonly refusals: string[] = []
  #isCommitted = true

  constructor(folder: string, parameters: object, records: readonly object[]) {
    const checked = fileSink.parameters['~standard'].validate(parameters)
    this.#parameters = (checked as { readonly value: FileSinkParameters }).value
    this.#folder = folder
    this.#records = records
    for (const [path, { bytes }] of this.#snapshot()) this.#sync(path, bytes.length)
    this.#sink = this.#create(false)
  }

  /** Opens the sink and makes the checkpoint that a job begins with; its commit may come later. */
  async begin(): Promise<void> {
    await this.#sink.open?.()
    await this.#prepare(false)
    this.#makeDurable()
  }

  async step(step: Step, next: Step | undefined): Promise<void> {
    if (step.kind === 'crash') return this.#crash(step, next)
    if (step.kind === 'keep' && this.#durable) this.#savepoints.push(this.#durable)
    if (step.kind === 'back') return this.#back(this.#savepoints.at(-1))
    if (step.kind === 'backToFirst') return this.#back(this.#savepoints[0])
    if (step.kind === 'stop') {
      await this.#checkpoint(true)
      await this.#sink.close?.()
      return this.#goOn()
    }
    return this.#do(step)
  }

  /** Writes what is left and ends in good order. */
  async end(): Promise<void> {
    await this.#write(this.#records.length)
    await this.#checkpoint(true)
    await this.#sink.close?.()
  }

  /** What it has written, as far as nothing took it back. */
  get written(): readonly unknown[] {
    return this.#written
  }

  /** Another process goes on from a savepoint; where it cannot, the next goes on from the last checkpoint as if nothing had been. */
  async #back(saved: Saved | undefined): Promise<void> {
    if (saved === undefined) return undefined
    const last = this.#durable?.token
    for (const sink of this.#sinks.splice(0)) await (sink as SinkInstance & LetGo).letGo?.()
    this.#sink = this.#create(true)
    await this.#sink.open?.()
    try {
      await this.#sink.recover?.(saved.token, { isBack: true, last })
    } catch (error) {
      this.refusals.push((error as MillraceError).code)
      await this.#sink.abort?.()
      await this.#sink.close?.()
      return this.#goOn()
    }
    this.#turn++
    this.#goTo(saved)
    await this.#checkpoint(false)
    if (last !== undefined) await this.#sink.forget?.(last)
  }

  #goTo(saved: Saved | undefined): void {
    this.#prepared = undefined
    this.#isCommitted = true
    this.#at = saved?.at ?? 0
    this.#written = saved?.written ?? []
  }

  async #do(step: Step | undefined): Promise<void> {
    if (step?.kind === 'write') return this.#write(step.count)
    if (step?.kind === 'prepare') return this.#prepare(false)
    if (step?.kind === 'durable') return this.#makeDurable()
    if (step?.kind === 'commit') return this.#commit()
    if (step?.kind === 'stop') return this.#checkpoint(true)
    return undefined
  }

  async #write(count: number): Promise<void> {
    const turn = this.#turn === 0 ? {} : { turn: this.#turn }
    const values = this.#records
      .slice(this.#at, this.#at + count)
      .map((record) => ({ ...record, ...turn }))
    this.#at += values.length
    this.#written = [...this.#written, ...values]
    if (values.length > 0) await this.#sink.write(batchOf(...values))
  }

  async #checkpoint(final: boolean): Promise<void> {
    await this.#prepare(final)
    this.#makeDurable()
    await this.#commit()
  }

  async #prepare(final: boolean): Promise<void> {
    this.#makeDurable()
    await this.#commit()
    const at = this.#at
    const written = this.#written
    const token = await this.#sink.prepare?.({ checkpoint: ++this.#number, final })
    this.#prepared = { token: JSON.parse(JSON.stringify(token)) as SinkToken, at, written }
  }

  #makeDurable(): void {
    if (this.#prepared === undefined) return
    this.#durable = this.#prepared
    this.#prepared = undefined
    this.#isCommitted = false
  }

  async #commit(): Promise<void> {
    if (this.#isCommitted || this.#durable === undefined) return
    await this.#sink.commit?.(this.#durable.token)
    this.#isCommitted = true
  }

  /** The process ends in the middle of `next`; the disk keeps what was synced and some of the rest. */
  async #crash(
    { kept, turns }: { readonly kept: number; readonly turns: number },
    next: Step | undefined,
  ): Promise<void> {
    const durable = this.#durable
    const number = this.#number
    const lost = next?.kind === 'crash' ? this.#goOn() : this.#do(next)
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    const files = this.#snapshot()
    const known = this.#durable ?? durable
    // Whatever is still under way comes to an end, so that it cannot touch what the disk has kept.
    await lost.catch(() => undefined)
    for (const sink of this.#sinks.splice(0)) await sink.close?.()
    rmSync(this.#folder, { recursive: true })
    mkdirSync(this.#folder)
    this.#synced = new Map()
    const links = new Map<number, string>()
    for (const [path, { bytes, inode, synced }] of files) {
      const same = links.get(inode)
      links.set(inode, path)
      if (same !== undefined) {
        linkSync(same, path)
        continue
      }
      const length = synced + Math.round((bytes.length - synced) * kept)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, bytes.subarray(0, length))
      this.#sync(path, length)
    }
    this.#durable = known
    this.#number = number
    await this.#goOn()
  }

  async #goOn(): Promise<void> {
    this.#goTo(this.#durable)
    this.#sink = this.#create(true)
    await this.#sink.open?.()
    await this.#sink.recover?.(this.#durable?.token)
  }

  #create(recovers: boolean): SinkInstance {
    const disk: Disk = {
      syncFile: async (handle) => {
        const { ino, size } = await handle.stat()
        this.#synced.set(ino, size)
      },
      syncFolder: () => Promise.resolve(),
    }
    const expressions = { env: {}, functions: [], aggregates: [] }
    const random = this.#random
    const sink = createFileSink(this.#parameters, { expressions, random, disk, recovers })
    this.#sinks.push(sink)
    return sink
  }

  #sync(path: string, size: number): void {
    this.#synced.set(statSync(path).ino, size)
  }

  /** What the disk holds at one instant, though something may be under way. */
  #snapshot(): ReadonlyMap<string, Kept> {
    for (;;) {
      const before = this.#look()
      const after = this.#look()
      const isSame = isDeepStrictEqual([...before], [...after])
      if (isSame && ![...before.values()].includes(undefined)) {
        return before as ReadonlyMap<string, Kept>
      }
    }
  }

  #look(): ReadonlyMap<string, Kept | undefined> {
    const files = new Map<string, Kept | undefined>()
    for (const path of pathsIn(this.#folder)) {
      try {
        const inode = statSync(path).ino
        const bytes = readFileSync(path)
        const synced = Math.min(bytes.length, this.#synced.get(inode) ?? 0)
        files.set(path, { bytes, inode, synced })
      } catch {
        // It has another name by now.
        files.set(path, undefined)
      }
    }
    return files
  }
}

function pathsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

/** All files of a folder by name, unpacked; hidden ones too. */
export function textsIn(folder: string): Readonly<Record<string, string>> {
  const texts = pathsIn(folder).map((path): [string, string] => {
    const bytes = readFileSync(path)
    const isPacked = path.endsWith('.gz') && bytes.length > 0
    return [relative(folder, path), (isPacked ? gunzipSync(bytes) : bytes).toString()]
  })
  return Object.fromEntries(texts)
}

/** The texts of the parts of each file, one behind the other; other files as they are. */
export function joined(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const [name, text] of Object.entries(files)) {
    const whole = name.replace(/-\d{6}/, '-N')
    texts[whole] = (texts[whole] ?? '') + text
  }
  return texts
}
