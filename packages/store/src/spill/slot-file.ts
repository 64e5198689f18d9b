import { invariant } from '@millrace/base'
import { diskError } from '../errors.ts'
import { HeldSlots } from './held-slots.ts'
import type { OpenScratch } from './scratch.ts'
import { HEAD_BYTES, SpillPart } from './spill-part.ts'

const firstSlots = 1024
/** Below this nothing is won back. */
const WORTH_BYTES = 8 << 20
/** Bytes looked at in one go to win room back. */
const CHUNK_BYTES = 64 << 10
/** For each byte that is put, so many are looked at. */
const PACE = 4
const NOWHERE = -1

/**
 * Bytes by number, on the disk: scratch for one process. What is put goes to the end of a file; when more than half of that is of
 * no use, the rest moves to another one, a piece with each put. Synchronous: what was put last is still in memory, and what was
 * put some time ago is most often in the memory of the system.
 */
export class SlotFile {
  readonly #path: string
  readonly #open: OpenScratch
  readonly #worthBytes: number
  /** Where frames are added; none until the first. */
  #last: SpillPart | undefined
  /** That whose frames move to the last one. */
  #moving: SpillPart | undefined
  /** Those that are read for a checkpoint and then go. */
  readonly #old = new Set<SpillPart>()
  /** By slot. */
  readonly #parts: (SpillPart | undefined)[] = []
  /** NOWHERE without bytes. */
  #offsets = new Float64Array(firstSlots).fill(NOWHERE)
  #lengths = new Int32Array(firstSlots)
  /** Up to here the frames of what moves have moved. */
  #movedTo = 0
  /** Bytes to be looked at. */
  #debt = 0
  #bytes = new Uint8Array(CHUNK_BYTES)

  /** `path` is for errors; `worthBytes`: of a smaller file nothing is won back. */
  constructor(open: OpenScratch, path: string, worthBytes: number = WORTH_BYTES) {
    this.#open = open
    this.#path = path
    this.#worthBytes = worthBytes
  }

  /** Bytes on the disk, or on their way to it. */
  get size(): number {
    return this.#all().reduce((sum, { end }) => sum + end, 0)
  }

  /** Keeps bytes under a slot that has none. They may be used again afterwards. Throws STORE_FULL and other errors of the disk. */
  put(slot: number, bytes: Uint8Array): void {
    this.#tried(() => {
      const last = (this.#last ??= new SpillPart(this.#open()))
      this.#add(last, slot, bytes)
      if (this.#moving === undefined) this.#beginToMove(last)
      else {
        this.#debt += PACE * (HEAD_BYTES + bytes.length)
        while (this.#debt >= CHUNK_BYTES && this.#moving !== undefined) this.#move(this.#moving)
      }
    })
  }

  /** Gives back what a slot has, which it forgets. Valid until the next call. Throws errors of the disk. */
  take(slot: number): Uint8Array {
    return this.#tried(() => {
      const length = this.#lengths[slot] as number
      const bytes = this.#room(length)
      const part = this.#parts[slot]
      invariant(part !== undefined, 'Only a slot that has bytes is asked for them.')
      part.read(bytes, this.#offsets[slot] as number)
      part.drop(length)
      this.#parts[slot] = undefined
      this.#offsets[slot] = NOWHERE
      return bytes
    })
  }

  /** What some slots have, each of which has something, as it is now whenever it is read. */
  hold(slots: Int32Array): {
    readonly slots: Int32Array
    /** Of the bytes of each. */
    readonly lengths: Int32Array
    readonly bytes: HeldSlots
  } {
    const parts: SpillPart[] = []
    const offsets = new Float64Array(slots.length)
    const lengths = new Int32Array(slots.length)
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      parts.push(this.#parts[slot] as SpillPart)
      offsets[at] = this.#offsets[slot] as number
      lengths[at] = this.#lengths[slot] as number
    }
    const held = new Set(parts)
    for (const part of held) part.holds++
    const released = (): void => {
      for (const part of held) this.#release(part)
    }
    const places = { parts, offsets, lengths }
    const bytes = new HeldSlots(places, released, (read) => this.#tried(read))
    return { slots, lengths, bytes }
  }

  close(): void {
    for (const part of this.#all()) part.close()
    this.#last = undefined
    this.#moving = undefined
    this.#old.clear()
  }

  #all(): readonly SpillPart[] {
    return [this.#last, this.#moving, ...this.#old].filter((part) => part !== undefined)
  }

  #add(part: SpillPart, slot: number, bytes: Uint8Array): void {
    if (slot >= this.#offsets.length) this.#grow(slot)
    while (this.#parts.length <= slot) this.#parts.push(undefined)
    this.#offsets[slot] = part.add(slot, bytes)
    this.#lengths[slot] = bytes.length
    this.#parts[slot] = part
  }

  /** Where more than half of a file is of no use. */
  #beginToMove(part: SpillPart): void {
    if (part.end < this.#worthBytes || part.live > part.end / 2) return
    part.seal()
    this.#moving = part
    this.#movedTo = 0
    this.#debt = 0
    this.#last = new SpillPart(this.#open())
  }

  /** Moves the frames of one chunk. */
  #move(part: SpillPart): void {
    const left = part.end - this.#movedTo
    const chunk = this.#room(Math.min(CHUNK_BYTES, left))
    part.read(chunk, this.#movedTo)
    const view = new DataView(chunk.buffer)
    let at = 0
    while (at + HEAD_BYTES <= chunk.length) {
      const length = view.getUint32(at + 4)
      const next = at + HEAD_BYTES + length
      if (next > chunk.length && at > 0) break
      this.#moveOne(part, view.getUint32(at), this.#movedTo + at + HEAD_BYTES, length, chunk)
      at = next
    }
    this.#movedTo += at
    this.#debt -= CHUNK_BYTES
    if (this.#movedTo < part.end) return
    this.#moving = undefined
    this.#old.add(part)
    part.holds++
    this.#release(part)
  }

  #moveOne(part: SpillPart, slot: number, offset: number, length: number, chunk: Uint8Array): void {
    if (this.#parts[slot] !== part || this.#offsets[slot] !== offset) return
    const at = offset - this.#movedTo
    let bytes = chunk.subarray(at, at + length)
    if (bytes.length < length) {
      bytes = new Uint8Array(length)
      part.read(bytes, offset)
    }
    this.#add(this.#last as SpillPart, slot, bytes)
  }

  #release(part: SpillPart): void {
    part.holds--
    if (part.holds > 0 || !this.#old.has(part)) return
    this.#old.delete(part)
    part.close()
  }

  #room(length: number): Uint8Array {
    if (length > this.#bytes.length) return new Uint8Array(length)
    return this.#bytes.subarray(0, length)
  }

  #grow(slot: number): void {
    const length = Math.max(slot + 1, 2 * this.#offsets.length)
    const offsets = new Float64Array(length).fill(NOWHERE)
    offsets.set(this.#offsets)
    const lengths = new Int32Array(length)
    lengths.set(this.#lengths)
    this.#offsets = offsets
    this.#lengths = lengths
  }

  #tried<T>(step: () => T): T {
    try {
      return step()
    } catch (error) {
      throw diskError(error, this.#path)
    }
  }
}
