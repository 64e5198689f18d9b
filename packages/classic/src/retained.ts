import type { Graph } from './graph.ts'
import type { Windows } from './windows.ts'

/** How many events and values are held now; all of them are bounded but open windows and the state. */
export interface Retained {
  /** Events on their way to processors, windows and joins. */
  readonly waiting: number
  /** Events that wait for batches. */
  readonly buffered: number
  /** Entries of the state of windows and joins. */
  readonly windowState: number
  /** Windows that are not closed. */
  readonly openWindows: number
  /** Closed windows that are still kept. */
  readonly closedWindows: number
  /** Events in either. */
  readonly windowEvents: number
  readonly deadLetters: number
  /** Values of `updateState`. */
  readonly state: number
}

/** Counts what is held. */
export function retainedOf(
  graph: Graph,
  windows: Iterable<Windows>,
  kept: Pick<Retained, 'deadLetters' | 'state'>,
): Retained {
  const counts = [...graph.nodes.values()].map(({ consumer }) => consumer.counts())
  const channels = [...graph.channels.values()]
  const views = [...windows]
  const sum = <T>(all: readonly T[], one: (item: T) => number): number =>
    all.reduce((total, item) => total + one(item), 0)
  return {
    waiting: sum(counts, ({ waiting }) => waiting) + sum(channels, ({ waiting }) => waiting),
    buffered: sum(channels, ({ batches }) => batches.length),
    windowState: sum(counts, ({ stateEntries }) => stateEntries),
    openWindows: sum(views, ({ openCount }) => openCount),
    closedWindows: sum(views, ({ closedCount }) => closedCount),
    windowEvents: sum(views, ({ held }) => held),
    ...kept,
  }
}
