import { invariant } from '@millrace/base'
import type { Arrival, Edge, Envelope, Receiver } from '../run/edge.ts'
import type { RecordBatch } from '../run/record-batch.ts'
import { BatchEncoder } from './batch-encoder.ts'
import type { LinkMessage, Post } from './link-message.ts'
import type { Compile } from './row-code.ts'

/** What an edge needs to go on in another thread. */
export interface LinkOptions {
  readonly link: number
  readonly edge: Edge
  readonly post: Post
  readonly compile?: Compile | undefined
}

/** The end of a link at its writer: takes what the edge has for its reader, and sends it to the thread that has that. */
export class Egress implements Receiver {
  readonly #link: number
  readonly #edge: Edge
  readonly #post: Post
  readonly #encoder: BatchEncoder
  readonly #failed: (error: unknown) => void
  readonly #look: ((envelope: Envelope) => void) | undefined

  /** `failed`: told of a record that no thread can be given; `look`: sees what leaves. */
  constructor(
    options: LinkOptions & {
      readonly failed: (error: unknown) => void
      /** The only fields that anyone there looks at. Default: all. */
      readonly needed?: readonly string[] | undefined
      readonly look?: (envelope: Envelope) => void
    },
  ) {
    this.#link = options.link
    this.#edge = options.edge
    this.#post = options.post
    this.#failed = options.failed
    this.#look = options.look
    this.#encoder = new BatchEncoder(options.compile, options.needed)
    options.edge.connect(this)
  }

  tell({ edge }: Arrival): void {
    const envelope = edge.take()
    if (envelope === undefined) return
    this.#look?.(envelope)
    try {
      this.#post(this.#encoded(envelope))
    } catch (error) {
      this.#failed(error)
    }
  }

  /** The reader is done with so many records. */
  credit(count: number): void {
    this.#edge.release(count)
  }

  #encoded(envelope: Envelope): LinkMessage {
    const { batch, complete, end, isIdle, kind, mark, start } = envelope
    const link = this.#link
    if (kind === 'batch') {
      return { kind, link, batch: this.#encoder.encode(batch as RecordBatch, start, end), mark }
    }
    if (kind === 'mark') return { kind, link, mark, isIdle }
    invariant(kind !== 'turn', 'Replicas are added where no record comes from another thread.')
    return kind === 'end' ? { kind, link, complete } : { kind, link }
  }
}
