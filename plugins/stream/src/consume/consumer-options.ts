import { readCount, readDuration, refuseUnknown } from '../check-options.ts'
import type { Durability } from '../store/database.ts'
import { STREAM_OPTION } from '../errors.ts'
import type { TakeOptions } from './group.ts'
import type { Lease, Window } from './lease.ts'
import { checkPlace, type Place } from '../store/place.ts'
import { checkName } from '../store/stream-row.ts'
import {
  countWindow,
  fixedTimeWindow,
  relaxedTimeWindow,
  type WindowEmitter,
} from './window-emitter.ts'

/** A window that failed. */
export interface Failure<T = unknown> {
  readonly window: Lease<T>
  readonly error: unknown
  /** `lost`: the lease ran out, and somebody else handles it. */
  readonly then: 'waiting' | 'dead' | 'lost'
}

/** How a handler gets the messages of a stream. Durations are text such as `30s`, or ms. */
export interface ConsumeOptions<T = unknown, R = unknown> {
  /** Consumers of one group share the messages; each group gets all. Default: `default`. */
  readonly group?: string
  /** Where a new group begins. Default: `earliest`. */
  readonly from?: Place
  /** Windows of exactly so many messages. Default: 1. */
  readonly size?: number
  /** With `size`: a shorter window when its first message is so old. Default: it waits, until the stream ends. */
  readonly maxWait?: string | number
  /** Windows of time. */
  readonly interval?: string | number
  /** With `interval`. True (default): whatever waits at the end of a period. False: what was appended in it, periods aligned to the epoch. */
  readonly relaxed?: boolean
  /** With `interval`: also windows without messages. Default: true where `relaxed` is false. */
  readonly empties?: boolean
  /** Windows of your own. */
  readonly emitter?: WindowEmitter
  /** Windows in hand at the same time. Default: 1, which keeps their order as long as none fails. */
  readonly workers?: number
  /** False: messages that all groups are done with are deleted. Default: true. */
  readonly keep?: boolean
  /** A window whose consumer does not say for so long that it is alive goes to another one. Default: 30s. */
  readonly lease?: string | number
  /** How often a window is tried before it is dead. Default: 5. */
  readonly attempts?: number
  /** Pause before the second attempt, doubled for each further one up to `maxBackoff`. Default: 100ms, 30s. */
  readonly backoff?: string | number
  readonly maxBackoff?: string | number
  /** How often to look for what other processes appended. Default: 50ms. */
  readonly poll?: string | number
  /** `relaxed`: after a power cut what was done may come again. Default: `synced`. */
  readonly durability?: Durability
  /** Gets the result before the window is done. A throw is tried again without the handler, then the window failed. */
  readonly sink?: (result: R | readonly T[], window: Window<T>) => unknown
  /** Hears of each window that failed. */
  readonly onFailure?: (failure: Failure<T>) => void
  /** Aborts: no further window is taken, and `consume` resolves when those in hand are done. */
  readonly signal?: AbortSignal
}

const known = [
  'group',
  'from',
  'size',
  'maxWait',
  'interval',
  'relaxed',
  'empties',
  'emitter',
  'workers',
  'keep',
  'lease',
  'attempts',
  'backoff',
  'maxBackoff',
  'poll',
  'durability',
  'sink',
  'onFailure',
  'signal',
] as const satisfies readonly (keyof ConsumeOptions)[]

/** Options in plain numbers. */
export interface ConsumerSettings {
  readonly group: string
  readonly from: Place
  readonly workers: number
  readonly keep: boolean
  readonly pollMs: number
  readonly take: TakeOptions
}

/** Checks options and fills in defaults. Throws `STREAM_OPTION`. */
export function readConsumeOptions<T, R>(options: ConsumeOptions<T, R>): ConsumerSettings {
  refuseUnknown(options, known, 'consume')
  const { attempts = 5, durability = 'synced', from = 'earliest', group = 'default' } = options
  const { backoff = 100, keep = true, lease = 30_000, maxBackoff = 30_000, poll = 50 } = options
  checkName(group, 'The name of a group')
  checkPlace(from)
  return {
    group,
    from,
    workers: readCount('workers', options.workers ?? 1),
    keep,
    pollMs: readDuration('poll', poll),
    take: {
      emitter: readEmitter(options),
      leaseMs: readDuration('lease', lease),
      attempts: readCount('attempts', attempts),
      backoffMs: readDuration('backoff', backoff),
      backoffMsMax: readDuration('maxBackoff', maxBackoff),
      durability,
    },
  }
}

type EmitterOptions = Pick<
  ConsumeOptions,
  'size' | 'maxWait' | 'interval' | 'relaxed' | 'empties' | 'emitter'
>

function readEmitter(options: EmitterOptions): WindowEmitter {
  const { emitter, interval, maxWait, relaxed = true, size } = options
  const alone = (name: keyof EmitterOptions, others: readonly (keyof EmitterOptions)[]): void => {
    const other = others.find((one) => options[one] !== undefined)
    if (other === undefined) return
    const problem = `"${other}" makes no sense with "${name}"`
    throw STREAM_OPTION({ problem, hint: `Leave one of them out.` })
  }
  if (emitter !== undefined) {
    alone('emitter', ['size', 'maxWait', 'interval', 'relaxed', 'empties'])
    return emitter
  }
  if (interval !== undefined) {
    alone('interval', ['size', 'maxWait'])
    const intervalMs = readDuration('interval', interval)
    return relaxed
      ? relaxedTimeWindow(intervalMs, options.empties)
      : fixedTimeWindow(intervalMs, options.empties)
  }
  alone('size', ['relaxed', 'empties'])
  const maxWaitMs = maxWait === undefined ? undefined : readDuration('maxWait', maxWait)
  return countWindow(readCount('size', size ?? 1), maxWaitMs)
}
