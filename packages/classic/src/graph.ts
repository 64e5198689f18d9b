import { nearestName } from '@millrace/base'
import type { Channel } from './channel.ts'
import { CLASSIC_CIRCLE, CLASSIC_ID_TAKEN, CLASSIC_UNKNOWN } from './errors.ts'
import type { Known } from './metrics.ts'

/** A consumer and the streams that its results go to. */
export interface Node extends Known {
  readonly targets: readonly string[]
}

/** The streams, who reads them, and where results go. */
export class Graph {
  readonly channels = new Map<string, Channel>()
  readonly nodes = new Map<string, Node>()

  /** Throws CLASSIC_UNKNOWN. */
  channel(id: string): Channel {
    return found('stream', id, this.channels)
  }

  /** Throws CLASSIC_UNKNOWN. */
  node(id: string): Node {
    return found('processor, window or join', id, this.nodes)
  }

  /** Throws CLASSIC_ID_TAKEN for what is there, CLASSIC_UNKNOWN for streams that are not, and CLASSIC_CIRCLE. */
  check(kind: Known['kind'], id: string, edges: Pick<Node, 'streams' | 'targets'>): void {
    const other = this.nodes.get(id)
    if (other !== undefined) throw CLASSIC_ID_TAKEN({ kind: other.kind, id })
    for (const stream of [...edges.streams, ...edges.targets]) this.channel(stream)
    for (const target of edges.targets) {
      for (const stream of edges.streams) {
        const path = this.#path(target, stream)
        if (path !== undefined) throw CLASSIC_CIRCLE({ consumer: id, path: [stream, ...path] })
      }
    }
  }

  /** Consumers in an order in which each stands behind those whose results it reads. */
  inOrder(): readonly Node[] {
    const left = new Set(this.nodes.values())
    const ordered: Node[] = []
    while (left.size > 0) {
      const fed = new Set([...left].flatMap(({ targets }) => targets))
      // There are no circles, so there is one that nobody left feeds.
      const next = [...left].filter(({ streams }) => !streams.some((stream) => fed.has(stream)))
      for (const node of next) left.delete(node)
      ordered.push(...next)
    }
    return ordered
  }

  /** The streams from one to another, both included. */
  #path(from: string, to: string): readonly string[] | undefined {
    if (from === to) return [to]
    for (const { streams, targets } of this.nodes.values()) {
      if (!streams.includes(from)) continue
      for (const target of targets) {
        const path = this.#path(target, to)
        if (path !== undefined) return [from, ...path]
      }
    }
    return undefined
  }
}

/** What has an id. Throws CLASSIC_UNKNOWN. */
export function found<T>(kind: string, id: string, known: ReadonlyMap<string, T>): T {
  const it = known.get(id)
  if (it !== undefined) return it
  const names = [...known.keys()]
  throw CLASSIC_UNKNOWN({ kind, id, near: nearestName(id, names), known: names })
}
