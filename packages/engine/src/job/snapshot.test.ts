import { createManualRuntime } from '@millrace/core'
import type { Key, RecordContext, StageScope, Timer, TimerContext } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SavedState, StageSnapshot } from '../state/saved-state.ts'
import { keyPart, stage } from './engine-parts.test-support.ts'
import { play } from './timed-script.test-support.ts'

interface Row {
  readonly key: string | number | null
  readonly t: number
  readonly n: number
}

const rows = fc.array(
  fc.record<Row>({
    key: fc.constantFrom('a', 'b', 1, '1', null),
    t: fc.nat({ max: 40 }),
    n: fc.nat({ max: 5 }),
  }),
  { maxLength: 30 },
)

/** Keeps something in every kind of state that can be written down, and tells all of it for each record. */
function keeping({ state, timers }: StageScope) {
  const ttl = { ms: 8 }
  const sum = state.value<number>('sum', { initial: () => 0 })
  const recent = state.value<number>('recent', { initial: () => -1, ttl })
  const seen = state.map<number, number>('seen')
  const lately = state.map<number, number>('lately', { ttl: { ...ttl, of: 'access' } })
  const all = state.namespace('other').list<number>('all')
  const last = state.list<number>('last', { ttl })
  const tally = state.object<Map<number, number>>('tally', { create: () => new Map() })
  const extremes = state.numbers<{ max: number }>('extremes', { create: () => ({ max: -1 }) })
  const series = state.ordered<number>('series')
  const total = state.global().value<number>('total', { initial: () => 0 })
  const told = (): unknown => [
    sum.get(),
    recent.get(),
    [...seen.entries()],
    [...lately.entries()],
    [...all.values()],
    [...last.values()],
    [...tally.get()],
    { ...extremes.get() },
    [...series.range(0, Infinity)],
    total.get(),
  ]
  return {
    process({ n }: Row, context: RecordContext) {
      const { key, timestamp } = context
      sum.set(sum.get() + n)
      if (n > 2) recent.set(n)
      seen.set(n, timestamp)
      if (n < 4) lately.set(n, timestamp)
      all.add(n)
      last.add(n)
      tally.get().set(n, (tally.get().get(n) ?? 0) + 1)
      extremes.get().max = Math.max(extremes.get().max, n)
      series.add(timestamp, n)
      total.set(total.get() + 1)
      timers.event.set(timestamp + n, n > 3 ? 'big' : 'small')
      context.emit([key, told()])
    },
    onTimer({ at, name }: Timer, { emit, key }: TimerContext) {
      emit([key, at, name, told()])
    },
  }
}

interface Part {
  readonly out: readonly unknown[]
  readonly snapshot: StageSnapshot
}

/** Runs some rows, to the end of the input or to a stop. */
async function run(some: readonly Row[], ends: boolean, restored?: StageSnapshot): Promise<Part> {
  const kept = stage('kept', 'source', keeping, { by: [keyPart('key')], restored })
  const { out, snapshot, summary } = await play(kept, {
    runtime: createManualRuntime(),
    steps: some.length === 0 ? [] : [{ rows: some }],
    end: ends ? 'end' : 'stop',
    disorderMs: 3,
  })
  expect(summary.stages[0]).toMatchObject({ filtered: 0, in: some.length })
  return { out, snapshot: snapshot() }
}

it('goes on from what it kept as if it had never been stopped', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.nat({ max: 30 }), async (all, cut) => {
      const whole = await run(all, true)
      const first = await run(all.slice(0, cut), false)
      const second = await run(all.slice(cut), true, structuredClone(first.snapshot))

      expect([...first.out, ...second.out]).toEqual(whole.out)
      expect(second.snapshot.state).toEqual(whole.snapshot.state)
    }),
    { numRuns: 40 },
  )
})

it('shows a batch handler no watermark behind the one that was kept', async () => {
  const restored = { watermark: 50, largest: 53, eventTime: 50, keys: [], state: {} }
  const timers = { event: [], clock: [] }
  const kept = stage(
    'kept',
    'source',
    {
      process: (_row: Row, { watermark }: RecordContext) => watermark,
      processBatch(batch, output) {
        for (let index = 0; index < batch.length; index++) {
          output.emit(index, batch.watermark(index))
        }
      },
    },
    { restored: { ...restored, timers } },
  )
  const rows = [10, 60, 40].map((t): Row => ({ key: null, t, n: 0 }))
  const { out } = await play(kept, {
    runtime: createManualRuntime(),
    steps: [{ rows }],
    end: 'end',
    disorderMs: 3,
  })

  expect(out).toEqual([50, 50, 57])
})

it('writes state down as plain data, by name, kind and version, with the values of the keys', async () => {
  const { snapshot } = await run([{ key: 1, t: 5, n: 4 }], false)

  expect(snapshot).toEqual({
    watermark: 2,
    largest: 5,
    eventTime: 2,
    keys: [[1]],
    state: {
      sum: { kind: 'value', version: 1, entries: [{ key: [1], data: 4 }] },
      recent: { kind: 'value', version: 1, entries: [{ key: [1], data: 4, time: 5 }] },
      seen: { kind: 'map', version: 1, entries: [{ key: [1], name: 4, data: 5 }] },
      lately: { kind: 'map', version: 1, entries: [] },
      'other/all': { kind: 'list', version: 1, entries: [{ key: [1], data: 4 }] },
      last: { kind: 'list', version: 1, entries: [{ key: [1], data: 4, time: 5 }] },
      tally: { kind: 'object', version: 1, entries: [{ key: [1], data: new Map([[4, 1]]) }] },
      extremes: { kind: 'numbers', version: 1, entries: [{ key: [1], data: { max: 4 } }] },
      series: { kind: 'ordered', version: 1, entries: [{ key: [1], data: 4, time: 5 }] },
      'global:total': { kind: 'value', version: 1, entries: [{ key: null, data: 1 }] },
    },
    timers: { event: [{ key: [1], at: 9, name: 'big' }], clock: [] },
  })
})

/** Runs a stage without records, with the state of another run; what it keeps at its end, or why it failed. */
async function reopen(
  state: SavedState,
  declare: (state: StageScope['state']) => unknown,
): Promise<SavedState | string> {
  const restored: StageSnapshot = {
    watermark: Number.NEGATIVE_INFINITY,
    largest: Number.NEGATIVE_INFINITY,
    eventTime: Number.NEGATIVE_INFINITY,
    keys: [],
    state,
    timers: { event: [], clock: [] },
  }
  const create = (scope: StageScope) => {
    declare(scope.state)
    return { process: () => undefined }
  }
  const kept = stage('kept', 'source', create, { by: [keyPart('key')], restored })
  const runtime = createManualRuntime()
  const script = { runtime, steps: [], end: 'end', disorderMs: 0 } as const
  const { snapshot, summary } = await play(kept, script)
  return summary.error?.message ?? snapshot().state
}

const before = (kind: string, data: unknown): SavedState => ({
  it: { kind, version: 1, entries: [{ key: ['a'], data }] },
})

it('lets a later version of a handle migrate each entry, and keeps what nobody declares', async () => {
  const migrated = await reopen(before('value', 3), (state) =>
    state.value('it', {
      initial: () => ({ count: 0 }),
      version: 2,
      migrate: (data, version) => ({ count: (data as number) * 10 + version }),
    }),
  )
  const forgotten = await reopen(before('list', 3), (state) => state.list('other'))

  expect(migrated).toEqual({
    it: { kind: 'value', version: 2, entries: [{ key: ['a'], data: { count: 31 } }] },
  })
  expect(forgotten).toEqual({
    ...before('list', 3),
    other: { kind: 'list', version: 1, entries: [] },
  })
})

it('writes and reads objects as they say themselves', async () => {
  class Sum {
    of = 0
  }
  const kept = await reopen(before('object', 7), (state) =>
    state.object<Sum>('it', {
      create: () => new Sum(),
      snapshot: ({ of }) => of + 1,
      restore: (data) => Object.assign(new Sum(), { of: data }),
    }),
  )

  expect(kept).toEqual(before('object', 8))
})

it('refuses state of another kind, of a later version, or of an earlier one without migrate', async () => {
  const list = (version: number) => (state: StageScope['state']) => state.list('it', { version })

  expect(await reopen(before('map', 1), list(1))).toBe(
    'State "it" is a list now; what was kept under its name is a map.',
  )
  expect(await reopen(before('list', 1), list(2))).toBe(
    'State "it" is of version 2 now; what was kept is of version 1.',
  )
  expect(await reopen({ it: { kind: 'list', version: 3, entries: [] } }, list(2))).toBe(
    'State "it" is of version 2 now; what was kept is of version 3.',
  )
})

it('follows keys by their values, types included', async () => {
  const keys: (Key | undefined)[] = []
  await reopen(
    {
      it: {
        kind: 'value',
        version: 1,
        entries: [
          { key: ['1'], data: 'text' },
          { key: [1], data: 'number' },
          { key: [null], data: 'none' },
        ],
      },
    },
    (state) => {
      const it = state.value<string>('it', { initial: () => '' })
      for (const [key] of it.entries()) keys.push(key)
    },
  )

  expect(keys).toEqual([{ key: '1' }, { key: 1 }, { key: null }])
})
