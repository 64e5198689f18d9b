import type { DiskFault, DiskOperation } from '@millrace/store/simulated'

import type { Dice } from '../dice.ts'

export interface Row {
  readonly key: string
  /** Event time. */
  readonly t: number
  /** 3 is always refused, 6 at the first try of each life. */
  readonly n: number
}

/** How one life of the job's process ends, if not by itself. Times count from its start, operations of the disk too. */
export type Fate =
  | { readonly kind: 'power' | 'kill' | 'stop' | 'drain' | 'abort'; readonly atMs: number }
  /** What goes wrong with so many operations of the disk from `at` on. */
  | {
      readonly kind: 'disk'
      readonly at: number
      readonly times: number
      readonly fault: DiskFault
    }
  /** What goes wrong with the operation of that name on such a path that comes after `skip` others of them, and with those behind it. */
  | {
      readonly kind: 'moment'
      readonly operation: DiskOperation['name']
      readonly path: RegExp
      readonly skip: number
      readonly times: number
      readonly fault: DiskFault
    }

/** A generated job, and the lives that its process has before the one in which nothing more goes wrong. */
export interface Plan {
  /** Rows of each partition of source a, whose results show their order. */
  readonly a: readonly (readonly Row[])[]
  /** Rows of each partition of source b, which meets the results of a. */
  readonly b: readonly (readonly Row[])[]
  /** Rows in a batch of a source. */
  readonly size: number
  readonly everyMs: number
  readonly capacity: number
  /** Tries after the first one. */
  readonly retries: number
  /** How long operations of the disk take in turn, ms. */
  readonly latencyMs: readonly number[]
  /** How much longer those of sinks take, ms. */
  readonly sinkMs: number
  readonly fates: readonly Fate[]
  /** In which lives a stage stands between source b and its reader. */
  readonly relays: readonly boolean[]
  /** How many workers the stage has in each life at which both sources meet. */
  readonly workers: readonly number[]
}

export function planCheckpoints(dice: Dice): Plan {
  const partitions = (most: number): Row[][] =>
    Array.from({ length: dice.number(1, most) }, () => planRows(dice))
  const fates = Array.from({ length: dice.number(0, 5) }, () => planFate(dice))
  return {
    a: partitions(3),
    b: partitions(2),
    size: dice.number(1, 4),
    everyMs: dice.pick([5, 1, 2, 12, 40]),
    capacity: dice.pick([4096, 1, 3]),
    retries: dice.pick([0, 1, 2]),
    latencyMs: Array.from({ length: dice.number(1, 3) }, () => dice.pick([0, 0, 1, 3])),
    sinkMs: dice.pick([0, 0, 5, 20]),
    fates,
    relays: dice.once(4) ? Array.from({ length: 6 }, () => dice.once(2)) : [],
    workers: dice.once(3) ? Array.from({ length: 6 }, () => dice.number(1, 3)) : [],
  }
}

function planRows(dice: Dice): Row[] {
  return Array.from({ length: dice.number(0, 20) }, (_, index) => ({
    key: dice.pick(['x', 'y', 'z']),
    t: 2 * index + dice.number(0, 8),
    n: dice.number(0, 6),
  }))
}

function planFate(dice: Dice): Fate {
  const kind = dice.pick(['disk', 'disk', 'power', 'kill', 'stop', 'abort'] as const)
  if (kind !== 'disk') return { kind, atMs: dice.number(0, 120) }
  const fault = dice.pick<DiskFault>([
    ...(['before', 'within', 'after'] as const).flatMap((crash) => [
      { crash, power: true },
      { crash, power: false },
    ]),
    { code: 'ENOSPC' },
    { code: 'EIO' },
    { short: true },
  ])
  const isCrash = 'crash' in fault
  return { kind, at: dice.number(0, 150), times: isCrash ? 1 : dice.number(1, 4), fault }
}
