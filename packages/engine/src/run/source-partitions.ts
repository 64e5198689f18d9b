import type { ReadOptions, SourceInstance } from '@millrace/sdk'
import type { PartitionSnapshot, SourceSnapshot } from '../checkpoint/checkpoint.ts'
import { BEGINNING, PartitionReader } from './partition-reader.ts'
import type { StagePrefilter } from './prefilter.ts'
import type { SourceMarks } from './source-marks.ts'
import type { SourceParts } from './source-parts.ts'

/** The partitions of a source: which wait, which are read, and where each stands. */
export class SourcePartitions {
  readonly #parts: SourceParts
  readonly #marks: SourceMarks
  /** Told when something came of one that took time. */
  readonly #arrived: () => void
  /** Makes that of one partition. */
  readonly #prefilter: () => StagePrefilter | undefined
  /** Those that were not begun, once they are known. */
  #waiting: string[] | undefined
  /** What this one of several workers was given, and has not begun. */
  #given: PartitionSnapshot[] = []
  /** Whether it waits for more, or knows that there is no more. */
  #wants: 'nothing' | 'more' | 'no more' = 'nothing'
  /** Those that are read now. */
  #readers: PartitionReader[] = []
  /** Those that a stop cut short: they are read on another time. */
  #cut: readonly PartitionReader[] = []
  /** Names of those that are over. */
  readonly #done: string[]
  /** Bytes of those. */
  #bytesDone: number

  constructor(
    parts: SourceParts,
    marks: SourceMarks,
    arrived: () => void,
    prefilter: () => StagePrefilter | undefined,
  ) {
    this.#prefilter = prefilter
    const { restored } = parts
    this.#parts = parts
    this.#marks = marks
    this.#arrived = arrived
    this.#done = [...(restored?.done ?? [])]
    this.#bytesDone = restored?.bytesDone ?? 0
    if (restored?.isOver === true || parts.want !== undefined) this.#waiting = []
  }

  /** Takes up those that an earlier run had begun; the rest waits. Names that come later change nothing. */
  know(names: readonly string[]): void {
    if (this.#waiting !== undefined) return
    const { restored } = this.#parts
    for (const saved of restored?.partitions ?? []) this.#takeUp(saved)
    const known = new Set([...this.#done, ...this.#readers.map(({ name }) => name)])
    this.#waiting = names.filter((name) => !known.has(name))
  }

  #takeUp(saved: PartitionSnapshot): void {
    const { name, offset, piece, position } = saved
    const isResumable = position !== undefined || piece !== undefined || offset === 0
    const place = { ...saved, isResumable }
    const reader = new PartitionReader(name, place, this.#arrived, this.#prefilter())
    this.#readers.push(reader)
    this.#marks.open(reader.key, this.#parts.host.runtime.monotonic(), saved)
  }

  /** More to read, for one of several workers. */
  give(given: readonly PartitionSnapshot[], isLast: boolean): void {
    this.#given.push(...given)
    this.#wants = isLast ? 'no more' : 'nothing'
    this.#arrived()
  }

  #beginGiven(want: () => void): void {
    const next = this.#readers.length === 0 ? this.#given.shift() : undefined
    if (next !== undefined) this.#takeUp(next)
    if (this.#given.length > 0 || this.#wants !== 'nothing') return
    this.#wants = 'more'
    want()
  }

  /** Begins the next one when the one in hand is over, or all of them where they are read together. */
  begin(): void {
    const { host, spec, want } = this.#parts
    if (want !== undefined) {
      this.#beginGiven(want)
      return
    }
    const most = spec.factory.traits.reads === 'together' ? Number.POSITIVE_INFINITY : 1
    while (this.#readers.length < most) {
      const name = this.#waiting?.shift()
      if (name === undefined) return
      this.#readers.push(new PartitionReader(name, BEGINNING, this.#arrived, this.#prefilter()))
      this.#marks.open(name, host.runtime.monotonic())
    }
  }

  /** One that has something, or has failed. */
  get ready(): PartitionReader | undefined {
    return this.#readers.find(({ failure, ready }) => (ready ?? failure) !== undefined)
  }

  /** Asks those that are not at work already; the first that has something at once. */
  ask(instance: SourceInstance, options: ReadOptions): PartitionReader | undefined {
    for (const reader of this.#readers) {
      if (reader.isPending) continue
      reader.pull(instance, options)
      if (!reader.isPending) return reader
    }
    return undefined
  }

  /** Whether it waits for more to read. */
  get isWaiting(): boolean {
    return this.#wants === 'more' && this.#readers.length + this.#given.length === 0
  }

  /** Whether one is at work. */
  get isPending(): boolean {
    return this.#readers.some(({ isPending }) => isPending)
  }

  /** Turns: who gave something is asked last. */
  gave(reader: PartitionReader): void {
    if (this.#readers.length <= 1) return
    this.#readers = [...this.#readers.filter((one) => one !== reader), reader]
  }

  /** One has ended. `isCut`: after a stop nobody knows whether it was over. */
  ended(reader: PartitionReader, isCut: boolean): void {
    this.#readers = this.#readers.filter((one) => one !== reader)
    if (isCut) this.#cut = [...this.#cut, reader]
    else {
      if (!this.#readers.some(({ name }) => name === reader.name)) this.#done.push(reader.name)
      this.#bytesDone += reader.bytes
      this.#marks.close(reader.key)
    }
  }

  /** Bytes read of all. */
  get bytes(): number {
    const all = [...this.#readers, ...this.#cut, ...this.#given]
    return all.reduce((sum, { bytes }) => sum + bytes, this.#bytesDone)
  }

  /** Whether all are over. */
  get areOver(): boolean {
    const isAll = this.#parts.want === undefined || this.#wants === 'no more'
    const inHand = this.#readers.length + this.#cut.length + this.#given.length
    return isAll && this.#waiting?.length === 0 && inHand === 0
  }

  /** Whether those in hand can be read on by another instance. */
  get areResumable(): boolean {
    return this.#readers.every(({ isResumable }) => isResumable)
  }

  /** Ends the reading of those in hand. */
  leave(): void {
    for (const reader of this.#readers) reader.leave()
  }

  /** Those in hand are read on from where they stand. */
  readOn(): void {
    this.#readers = this.#readers.map(
      (reader) => new PartitionReader(reader.name, reader, this.#arrived, this.#prefilter()),
    )
  }

  /** Where each stands. */
  snapshot(): Pick<SourceSnapshot, 'partitions' | 'done' | 'bytesDone'> {
    const inHand = [...this.#readers, ...this.#cut]
    const begun = inHand.map(({ key, place }) => ({ ...place, ...this.#marks.snapshot(key) }))
    return {
      partitions: [...begun, ...this.#given],
      done: [...this.#done],
      bytesDone: this.#bytesDone,
    }
  }
}
