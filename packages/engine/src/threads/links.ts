import type { Wired } from '../job/wired.ts'
import { Egress } from './egress.ts'
import { Ingress } from './ingress.ts'
import type { LinkMessage, Post } from './link-message.ts'
import type { Compile } from './row-code.ts'
import type { Envelope } from '../run/edge.ts'

/** A thread of a job: the number of a worker, or that of the job itself. */
export const MAIN = -1

/** How the links of one thread are made. */
export interface LinksOptions {
  readonly here: number
  readonly threadOf: (part: string) => number
  readonly postTo: (thread: number) => Post
  readonly compile: Compile | undefined
  /** A record of `writer` cannot be given to another thread. */
  readonly failed: (writer: string, error: unknown) => void
  /** The only fields that anyone behind a part looks at, of what it gives such an input. Default: all. */
  readonly neededOf?: (writer: string, input: string) => readonly string[] | undefined
  /** Sees what goes to a reader elsewhere. */
  readonly look?: (reader: string, envelope: Envelope) => void
}

/** All links that begin or end in one thread. */
export class Links {
  readonly #egresses = new Map<number, Egress>()
  readonly #ingresses = new Map<number, Ingress>()

  constructor(edges: readonly Wired[], options: LinksOptions) {
    const { compile, failed, here, look, neededOf, postTo, threadOf } = options
    for (const [link, { edge, reader, writer }] of edges.entries()) {
      const [from, to] = [threadOf(writer), threadOf(reader)]
      if (from === to) continue
      if (from === here) {
        const egress = new Egress({
          link,
          edge,
          post: postTo(to),
          compile,
          failed: (error) => failed(writer, error),
          needed: neededOf?.(writer, edge.input),
          look: (envelope) => look?.(reader, envelope),
        })
        this.#egresses.set(link, egress)
      }
      if (to === here)
        this.#ingresses.set(link, new Ingress({ link, edge, post: postTo(from), compile }))
    }
  }

  take(message: LinkMessage): void {
    if (message.kind === 'credit') this.#egresses.get(message.link)?.credit(message.count)
    else this.#ingresses.get(message.link)?.take(message)
  }
}

/** Workers that have something for each other. */
export function pairsOf(
  edges: readonly Wired[],
  threadOf: (part: string) => number,
): readonly (readonly [number, number])[] {
  const pairs = new Map<string, readonly [number, number]>()
  for (const { reader, writer } of edges) {
    const [low, high] = [threadOf(writer), threadOf(reader)].toSorted((a, b) => a - b) as [
      number,
      number,
    ]
    if (low !== MAIN && low !== high) pairs.set(`${low} ${high}`, [low, high])
  }
  return [...pairs.values()]
}
