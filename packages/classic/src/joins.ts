import { join } from '@millrace/join'
import type { StageFactory } from '@millrace/sdk'
import { CLASSIC_OPTION } from './errors.ts'
import { toPaths } from './options.ts'
import { pluginStage } from './plugin-stage.ts'
import type { StreamEvent } from './stream-event.ts'
import type { StreamRef, Target } from './stream.ts'

/** Two events that belong together; one of them is null where there was no match. */
export interface Joined<L = unknown, R = unknown> {
  readonly left: StreamEvent<L> | null
  readonly right: StreamEvent<R> | null
}

/** An event that came too late to be joined. */
export interface LateToJoin {
  readonly event: StreamEvent
  readonly input: 'left' | 'right'
  readonly watermark: number
  /** How far behind, ms of event time. */
  readonly lateBy: number
}

/** How two streams are joined. */
export interface JoinOptions<L = unknown, R = unknown> {
  readonly left: StreamRef<L>
  readonly right: StreamRef<R>
  /** Paths that have to be equal, such as `data.userId`; different ones per side as `{ left, right }`. An event without one matches nothing. */
  readonly on:
    | string
    | readonly string[]
    | { readonly left: string | readonly string[]; readonly right: string | readonly string[] }
  /** How far apart the two may be in event time, such as `5m`, the bound included; `{ before, after }` for the right one before and after the left one. */
  readonly within: string | { readonly before: string; readonly after: string }
  /** `left`, `right` and `full` also give events of that side without a match, once it is certain that none can come. Default `inner`. */
  readonly kind?: 'inner' | 'left' | 'right' | 'full' | undefined
  /** How long behind the watermark events are still taken. Default `0s`. */
  readonly lateness?: string | undefined
  /** Where pairs go. A stream gets an event of the join's id as type and `{ left, right }` with the two data. Default: nowhere. */
  readonly to?: Target<Joined<L, R>> | undefined
  /** Takes events that come too late. A stream gets the event itself. Default: they are dead letters. */
  readonly late?: Target<LateToJoin> | undefined
  /** Most events that wait for it, per stream; then publishing waits. Default 1,024. */
  readonly capacity?: number | undefined
}

/** The stage of a join and its keys. Throws CLASSIC_OPTION. */
export function joinStage(
  id: string,
  { kind, lateness, on, within }: JoinOptions,
): {
  readonly factory: StageFactory
  readonly by: { readonly left: readonly string[]; readonly right: readonly string[] }
} {
  const sides = typeof on === 'object' && 'left' in on ? on : { left: on, right: on }
  const by = { left: toPaths(sides.left), right: toPaths(sides.right) }
  if (by.left.length === 0 || by.left.length !== by.right.length) {
    const fault = 'needs as many paths on the left as on the right, and at least one'
    const hint = "Write on: 'data.userId', or on: { left: 'data.id', right: 'data.userId' }."
    throw CLASSIC_OPTION({ of: `Join "${id}"`, path: 'on', fault, hint })
  }
  const surroundings = { ends: true, keys: by.left, inputs: ['left', 'right'] }
  const parameters = { kind, lateness, within }
  const factory = pluginStage(`Join "${id}"`, join, parameters, surroundings)
  return { factory, by }
}
