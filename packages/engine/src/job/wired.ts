import type { Edge } from '../run/edge.ts'
import type { Outbox } from '../run/outbox.ts'

/** An edge, and the parts that it is between. */
export interface Wired {
  readonly writer: string
  readonly reader: string
  readonly edge: Edge
}

/** What is wired for a replica that is added. */
export interface More {
  readonly inputs: readonly Edge[]
  readonly outbox: Outbox
  /** The edges into what reads it, which nobody knows of so far. */
  readonly read: readonly Wired[]
  /** From now on all that the stage reads comes to it too, and whoever reads the stage reads it. In one step; `passed`: how many barriers will not come to it any more. */
  attach(passed: number): void
}
