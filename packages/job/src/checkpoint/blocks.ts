import { deserialize, serialize } from 'node:v8'
import { JOB_STATE_DATA, JOB_STATE_NEWER } from '../errors.ts'

/** The format of what is inside blocks; all up to it can be read. Each block begins with its own. */
const FORMAT = 2

/** A block is closed when it has so many bytes. */
const BLOCK_BYTES = 1 << 20

const FRAME_HEAD = 4

/** Puts pieces of data together to blocks: a byte of format, then each piece behind its length. */
export class BlockWriter {
  readonly #blocks: Uint8Array[] = []
  #frames: Uint8Array[] = []
  #bytes = 0

  /** Throws JOB_STATE_DATA for what cannot be written down, such as a function. */
  add(piece: unknown, what: string): void {
    const frame = frameOf(piece, what)
    this.#frames.push(frame)
    this.#bytes += frame.length + FRAME_HEAD
    if (this.#bytes >= BLOCK_BYTES) this.#close()
  }

  /** All that was added. */
  finish(): readonly Uint8Array[] {
    if (this.#frames.length > 0) this.#close()
    return this.#blocks
  }

  #close(): void {
    const block = new Uint8Array(1 + this.#bytes)
    const view = new DataView(block.buffer)
    block[0] = FORMAT
    let at = 1
    for (const frame of this.#frames) {
      view.setUint32(at, frame.length)
      block.set(frame, at + FRAME_HEAD)
      at += FRAME_HEAD + frame.length
    }
    this.#blocks.push(block)
    this.#frames = []
    this.#bytes = 0
  }
}

/** The pieces in blocks, in order. Throws JOB_STATE_NEWER. */
export function* readBlocks(blocks: readonly Uint8Array[]): Iterable<unknown> {
  for (const frame of framesOf(blocks)) yield deserialize(frame)
}

/** The pieces with the bytes that each takes. Throws JOB_STATE_NEWER. */
export function* measureBlocks(
  blocks: readonly Uint8Array[],
): Iterable<readonly [unknown, number]> {
  for (const frame of framesOf(blocks)) yield [deserialize(frame), frame.length]
}

function* framesOf(blocks: readonly Uint8Array[]): Iterable<Uint8Array> {
  for (const block of blocks) {
    const format = block[0] ?? 0
    if (format > FORMAT) throw JOB_STATE_NEWER({ format, known: FORMAT })
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
    for (let at = 1; at < block.length;) {
      const length = view.getUint32(at)
      at += FRAME_HEAD
      yield block.subarray(at, at + length)
      at += length
    }
  }
}

function frameOf(piece: unknown, what: string): Uint8Array {
  try {
    return serialize(piece)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw JOB_STATE_DATA({ what, reason }, {}, error)
  }
}
