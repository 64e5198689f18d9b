import type { Fate, Plan, Row } from './plan.ts'

/** A failure that other systems have had, and that must not be one here. */
export interface Named {
  readonly title: string
  /** What each life comes to before the one in which nothing goes wrong; each list is a run of its own. */
  readonly runs: readonly (readonly Fate[])[]
  readonly relays?: readonly boolean[] | undefined
  /** How much longer the disk takes for sinks, ms. Default 0. */
  readonly sinkMs?: number | undefined
}

const power = (crash: 'before' | 'within' | 'after') => ({ crash, power: true }) as const
const kill = (crash: 'before' | 'within' | 'after') => ({ crash, power: false }) as const
const moment = (
  operation: Extract<Fate, { kind: 'moment' }>['operation'],
  path: RegExp,
  fault: Extract<Fate, { kind: 'moment' }>['fault'],
  skip = 0,
  times = 1,
): Fate => ({ kind: 'moment', operation, path, fault, skip, times })

const totals = /totals\/\d+\.prepared/
const running = /running\/\d+\.prepared/
const shown = /\.done$/
const state = /^\/state$/
/** The checkpoint gets its name: from here on it counts, and before it does not. */
const published = /^\/state\/checkpoint-/

const numbers = (length: number): readonly number[] => Array.from({ length }, (_, index) => index)

/** The failures of stream-processing systems that can exist here, each as the lives that would show it. */
export const namedFailures: readonly Named[] = [
  {
    title: 'a crash in the first checkpoint, before all parts have answered',
    runs: [0, 1].flatMap((skip) => [
      [moment('create', totals, power('before'), skip)],
      [moment('sync', running, power('after'), skip)],
      [moment('sync', totals, kill('before'), skip), moment('sync', running, kill('after'), skip)],
    ]),
  },
  {
    title: 'timers that are not in the snapshot never fire',
    runs: numbers(6).map((skip) => [moment('syncDirectory', state, kill('after'), 2 * skip)]),
  },
  {
    title: 'a checkpoint that is stored before the sinks have what it names',
    runs: numbers(4).flatMap((skip) => [
      [moment('rename', published, kill('before'), skip)],
      [moment('rename', published, power('after'), skip)],
      [moment('syncDirectory', state, power('after'), skip)],
    ]),
    sinkMs: 15,
  },
  {
    title: 'a position behind a record that is still being tried',
    runs: numbers(12).map((turn) => [
      { kind: 'kill', atMs: 30 + 5 * turn },
      { kind: 'power', atMs: 60 },
      { kind: 'stop', atMs: 50 },
    ]),
  },
  {
    title: 'positions acknowledged before they are durable, or of partitions that are over',
    runs: numbers(4).map((skip) => [
      moment('syncDirectory', state, kill('before'), skip),
      moment('rename', shown, kill('after'), skip),
    ]),
  },
  {
    title: 'a commit that landed and said it had not, with a cleanup that takes its data away',
    runs: numbers(5).flatMap((skip) => [
      [moment('syncDirectory', state, { code: 'EIO' }, skip)],
      [moment('rename', published, { code: 'EIO' }, skip, 3)],
      [moment('syncDirectory', state, { code: 'EIO' }, skip, 2)],
      [moment('rename', shown, { code: 'EIO' }, skip)],
      [moment('rename', shown, power('after'), skip)],
    ]),
  },
  {
    title: 'a commit that is repeated under another number shows its records twice',
    runs: numbers(4).map((skip) => [
      moment('rename', shown, kill('before'), 3 * skip),
      moment('rename', shown, kill('after'), 0),
      moment('rename', shown, power('before'), 1),
      moment('syncDirectory', /^\/out/, power('before'), 4),
    ]),
  },
  {
    title: 'a job that goes on with another kind of part in front of a reader starves it',
    runs: numbers(8).map((turn) => [
      { kind: 'stop', atMs: 20 + 10 * turn },
      { kind: 'kill', atMs: 70 },
      { kind: 'stop', atMs: 25 },
    ]),
    relays: [false, true, true, false],
  },
]

/** A job with much under way at any time: timers that are set, records that are tried again, some that are refused. */
export function busyPlan(
  { relays = [], sinkMs = 0 }: Pick<Named, 'relays' | 'sinkMs'>,
  fates: readonly Fate[],
): Plan {
  const rows = (count: number, from: number): Row[] =>
    Array.from({ length: count }, (_, index) => ({
      key: ['x', 'y', 'z'][(index * 7 + from) % 3] ?? 'x',
      t: 3 * index + ((index * 5) % 7),
      n: [5, 6, 1, 3, 4, 6, 2, 5][(index + from) % 8] ?? 0,
    }))
  return {
    a: [rows(16, 0), rows(12, 3), rows(5, 1)],
    b: [rows(14, 2), rows(9, 5)],
    size: 2,
    everyMs: 4,
    capacity: 3,
    retries: 1,
    latencyMs: [1, 0, 1],
    sinkMs,
    fates,
    relays,
    workers: [],
  }
}
