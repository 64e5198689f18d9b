import type { Edge } from '../run/edge.ts'
import { BatchDecoder } from './batch-decoder.ts'
import type { LinkOptions } from './egress.ts'
import type { LinkMessage, Post } from './link-message.ts'

/** The end of a link at its reader: puts what comes on the reader's own edge, and gives credit back as that is used up. */
export class Ingress {
  readonly #link: number
  readonly #edge: Edge
  readonly #post: Post
  readonly #decoder: BatchDecoder
  /** Records that the writer has no credit back for. */
  #owed = 0

  constructor({ compile, edge, link, post }: LinkOptions) {
    this.#link = link
    this.#edge = edge
    this.#post = post
    this.#decoder = new BatchDecoder(compile)
    edge.onRoom = () => this.#giveBack()
  }

  /** The edge never lets it wait: the writer has no more credit than this edge has room. */
  take(message: LinkMessage): void {
    switch (message.kind) {
      case 'batch': {
        const batch = this.#decoder.decode(message.batch)
        this.#owed += batch.length
        this.#edge.offer(batch, message.mark)
        return
      }
      case 'mark':
        this.#edge.offerMark(message.mark, message.isIdle)
        return
      case 'unit':
        this.#edge.offerUnit()
        return
      case 'barrier':
        this.#edge.offerBarrier()
        return
      case 'end':
        this.#edge.end(message.complete)
        return
      case 'credit':
    }
  }

  #giveBack(): void {
    const count = this.#owed - this.#edge.queued
    if (count <= 0) return
    this.#owed -= count
    this.#post({ kind: 'credit', link: this.#link, count })
  }
}
