import type { Runtime } from '@millrace/base'
import type { SourceBatch } from '@millrace/sdk'
import { JournalBatch, numberOf } from './journal-batch.ts'
import { BEGIN, decodeEntry, encodeEntry, EntryCount, type JournalEntry } from './journal-entry.ts'
import type { JournalLog } from './journal-log.ts'

/** So many batches are read ahead: those that wait for the disk and those that wait for their reader. */
const AHEAD = 32

/** The journal of a source, which all of its partitions share. */
export interface SharedRoom {
  readonly isFull: boolean
  /** A partition has written something. */
  wrote(): void
}

const endless: SharedRoom = { isFull: false, wrote: () => undefined }

interface Numbered {
  readonly number: number
  readonly entry: JournalEntry
}

/** What a partition of a source gives, by way of its journal. */
export class JournaledPartition {
  readonly #origin: JournalBatch['origin']
  readonly #log: JournalLog
  readonly #clock: Pick<Runtime, 'now'>
  readonly #room: SharedRoom
  /** Nothing in front of this number is asked for again. */
  #acked = 0
  #count: EntryCount
  /** Came and is not in the journal yet. */
  #coming: { readonly entry: JournalEntry; readonly bytes: Uint8Array }[] = []
  /** In the journal, and not read. */
  #ready: Numbered[] = []
  #handed: JournalEntry | undefined
  #arrival: number
  #isReplaying: boolean
  #writing: Promise<void> | undefined
  #live: AsyncIterable<SourceBatch> | Iterable<SourceBatch> | undefined
  #pumping: Promise<void> | undefined
  #isOver = false
  /** All that came of `live` is in the journal, and no more comes. */
  #isPumped = false
  #failure: { readonly error: unknown } | undefined
  #wake: () => void = () => {}
  #hasRoom: () => void = () => {}
  /** Counts those who read: an earlier one takes nothing any more. */
  #readers = 0
  #isClosing = false
  /** What is in the journal, or on its way there, is still given, though nobody wants more. */
  #isDraining = false
  #isClosed = false

  constructor(
    origin: JournalBatch['origin'],
    log: JournalLog,
    clock: Pick<Runtime, 'now'>,
    room: SharedRoom = endless,
  ) {
    this.#room = room
    this.#origin = origin
    this.#log = log
    this.#clock = clock
    const last = log.last && decodeEntry(log.last)
    this.#count = new EntryCount(last)
    this.#arrival = last?.arrival ?? Number.NEGATIVE_INFINITY
    this.#isReplaying = log.next > log.first
  }

  /** What is in the journal belongs to a run that is not gone on from. */
  async beginAnew(): Promise<void> {
    if (this.#log.next > this.#log.first) await this.#log.append([BEGIN])
    this.#count = new EntryCount(undefined)
  }

  /** The earliest time that what was not read yet can have, epoch ms. */
  get earliest(): number {
    if (this.#isReplaying) return this.#handed?.arrival ?? Number.NEGATIVE_INFINITY
    const oldest = this.#handed ?? this.#ready[0]?.entry ?? this.#coming[0]?.entry
    return oldest?.arrival ?? Number.POSITIVE_INFINITY
  }

  /** Reads from a position on what is in the journal, then what `live` gives; that is opened once, whoever reads. */
  async *read(
    position: unknown,
    live: () => AsyncIterable<SourceBatch> | Iterable<SourceBatch>,
    signal: AbortSignal,
  ): AsyncGenerator<SourceBatch> {
    const reader = ++this.#readers
    const isOff = (): boolean => (signal.aborted && !this.#isDraining) || reader !== this.#readers
    this.#isReplaying = true
    let next = numberOf(position) ?? (await this.#beginning())
    for await (const { entry, number } of this.#log.read(next)) {
      if (isOff()) return
      next = number + 1
      const found = decodeEntry(entry)
      if (found !== undefined) yield this.#hand({ number, entry: found })
    }
    if (isOff()) return
    this.#isReplaying = false
    this.#handed = undefined
    if (this.#isDraining && this.#live === undefined) return
    this.#live ??= live()
    this.#pumping ??= this.#pump(this.#live)
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    while (!isOff()) {
      const first = this.#ready.shift()
      this.#hasRoom()
      if (first !== undefined) {
        // What came while the journal was read was read there.
        if (first.number < next) continue
        yield this.#hand(first)
        this.#handed = undefined
      } else if (this.#failure !== undefined) {
        throw this.#failure.error
      } else if (this.#isOver || (this.#isDraining && this.#isPumped)) {
        return
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }

  /** Nothing more is taken of `live` than what it has in hand; all of that is given to who reads, who then comes to the end. */
  drain(): void {
    this.#isDraining = true
    this.#isClosing = true
    this.#hasRoom()
  }

  /** Lets `live` come to its end; resolves when all that came is in the journal, and rejects where it could not be written. */
  async settle(): Promise<void> {
    this.#isClosing = true
    this.#hasRoom()
    await this.#pumping
    if (this.#failure !== undefined && this.#coming.length > 0) throw this.#failure.error
  }

  /** What is in front of this position is not asked for again. */
  async ack(position: unknown): Promise<void> {
    const before = numberOf(position)
    if (before === undefined) return
    this.#acked = before
    await this.#log.drop(before)
  }

  /** Bytes in its journal, as long as anything there may be asked for again. */
  get held(): number {
    return this.#acked < this.#log.next ? this.#log.bytes : 0
  }

  /** Something was taken away, of this one or another. */
  lookForRoom(): void {
    this.#hasRoom()
  }

  close(): Promise<void> {
    this.#isClosed = true
    return this.#log.close()
  }

  get #isFull(): boolean {
    if (this.#failure !== undefined || this.#isClosing) return false
    return this.#coming.length + this.#ready.length >= AHEAD || this.#room.isFull
  }

  /** Where one reads that has no position: behind the last beginning. */
  async #beginning(): Promise<number> {
    let beginning = this.#log.first
    for await (const { entry, number } of this.#log.read(beginning)) {
      if (entry.length === 0) beginning = number + 1
    }
    return beginning
  }

  #hand({ entry, number }: Numbered): JournalBatch {
    this.#handed = entry
    return new JournalBatch(number, entry, this.#origin)
  }

  async #pump(live: AsyncIterable<SourceBatch> | Iterable<SourceBatch>): Promise<void> {
    try {
      for await (const batch of live) {
        if (this.#isClosed) return
        this.#take(batch)
        while (this.#isFull) {
          await new Promise<void>((resolve) => {
            this.#hasRoom = resolve
          })
        }
        if (this.#failure !== undefined || this.#isClosing) break
      }
      await this.#writing
      this.#isPumped = true
      this.#isOver = !this.#isClosing
    } catch (error) {
      // What came before is in the journal first, and handed on.
      await this.#writing
      this.#failure ??= { error }
    }
    this.#wake()
  }

  #take(batch: SourceBatch): void {
    this.#arrival = Math.max(this.#arrival, this.#clock.now())
    const placed = this.#count.place(batch)
    const entry = { arrival: this.#arrival, batch: placed, nextOffset: this.#count.next }
    this.#coming.push({ entry, bytes: encodeEntry(entry, this.#origin.source) })
    this.#writing ??= this.#write()
  }

  /** While one group is on its way to the disk the next comes together. Never rejects. */
  async #write(): Promise<void> {
    try {
      while (this.#coming.length > 0) {
        const group = this.#coming.slice()
        const first = this.#log.next
        await this.#log.append(group.map(({ bytes }) => bytes))
        this.#coming = this.#coming.slice(group.length)
        for (const [index, { entry }] of group.entries()) {
          this.#ready.push({ number: first + index, entry })
        }
        this.#room.wrote()
        this.#wake()
      }
    } catch (error) {
      this.#failure = { error }
      this.#hasRoom()
      this.#wake()
    }
    this.#writing = undefined
  }
}
