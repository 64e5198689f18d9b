import type { Scratch } from './scratch.ts'

/** Bytes that are written together, and what was put last and is read without the disk. */
const BUFFER_BYTES = 1 << 20
/** In front of what a slot has: the slot and the length. */
export const HEAD_BYTES = 8

/** A scratch file that grows at its end, frame by frame. */
export class SpillPart {
  readonly #scratch: Scratch
  #buffer: Uint8Array | undefined = new Uint8Array(BUFFER_BYTES)
  /** Bytes that are in the file; the others are in the buffer. */
  #written = 0
  /** Bytes of frames. */
  end = 0
  /** Bytes of frames that somebody may ask for. */
  live = 0
  /** Checkpoints that have yet to read from it. */
  holds = 0

  constructor(scratch: Scratch) {
    this.#scratch = scratch
  }

  /** Adds a frame; where its bytes stand. */
  add(slot: number, bytes: Uint8Array): number {
    const length = HEAD_BYTES + bytes.length
    if (this.end - this.#written + length > BUFFER_BYTES) this.flush()
    if (length > BUFFER_BYTES) this.#addLarge(slot, bytes)
    else {
      const buffer = this.#buffer as Uint8Array
      const at = this.end - this.#written
      buffer.set(headOf(slot, bytes.length), at)
      buffer.set(bytes, at + HEAD_BYTES)
    }
    const offset = this.end + HEAD_BYTES
    this.end += length
    if (length > BUFFER_BYTES) this.#written = this.end
    this.live += length
    return offset
  }

  #addLarge(slot: number, bytes: Uint8Array): void {
    this.#scratch.write(headOf(slot, bytes.length), this.end)
    this.#scratch.write(bytes, this.end + HEAD_BYTES)
  }

  /** Nobody asks for a frame with so many bytes any more. */
  drop(length: number): void {
    this.live -= HEAD_BYTES + length
  }

  flush(): void {
    const waiting = this.end - this.#written
    if (waiting === 0 || this.#buffer === undefined) return
    this.#scratch.write(this.#buffer.subarray(0, waiting), this.#written)
    this.#written = this.end
  }

  /** Nothing is added any more. */
  seal(): void {
    this.flush()
    this.#buffer = undefined
  }

  /** What stands at a place. */
  read(into: Uint8Array, offset: number): void {
    // A frame is in the buffer or in the file; a stretch of frames may be in both.
    const inFile = Math.max(0, Math.min(into.length, this.#written - offset))
    if (inFile > 0) this.#scratch.read(into.subarray(0, inFile), offset)
    if (inFile === into.length || this.#buffer === undefined) return
    const at = offset + inFile - this.#written
    into.set(this.#buffer.subarray(at, at + into.length - inFile), inFile)
  }

  close(): void {
    this.#scratch.close()
  }
}

const head = new Uint8Array(HEAD_BYTES)
const headView = new DataView(head.buffer)

function headOf(slot: number, length: number): Uint8Array {
  headView.setUint32(0, slot)
  headView.setUint32(4, length)
  return head
}
