import type { PanesState, SpansState, StageDefinition, StageInstance } from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { window } from './window.ts'
import type { WindowParameters } from './window-parameters.ts'

interface Row {
  readonly t: number
  readonly k: string
}

const LATENESS = 6
const rows = fc.array(fc.record({ t: fc.nat({ max: 120 }), k: fc.constantFrom('a', 'b', 'c') }), {
  maxLength: 60,
})

/** The stage, and after each move of its watermark what it still keeps, as `kept` sees it. */
function watched(
  kept: (state: {
    readonly panes: PanesState<unknown> | undefined
    readonly spans: SpansState<unknown> | undefined
    readonly watermark: number
  }) => void,
): StageDefinition<WindowParameters> {
  return {
    ...window,
    create(scope) {
      let panes: PanesState<unknown> | undefined
      let spans: SpansState<unknown> | undefined
      const state: typeof scope.state = {
        ...scope.state,
        panes: (name, options) => {
          const made = scope.state.panes(name, options)
          panes = made
          return made
        },
        spans: (name, options) => {
          const made = scope.state.spans(name, options)
          spans = made
          return made
        },
      }
      const instance = window.create({ ...scope, state }) as StageInstance
      return {
        ...instance,
        onWatermark(watermark, context) {
          instance.onWatermark?.(watermark, context)
          kept({ panes, spans, watermark })
        },
      }
    },
  }
}

const kinds = [
  { name: 'tumbling', parameters: { tumbling: '10ms' }, reach: 0 },
  { name: 'sliding', parameters: { sliding: { size: '20ms', every: '8ms' } }, reach: 20 },
  { name: 'cumulate', parameters: { cumulate: { size: '20ms', step: '5ms' } }, reach: 20 },
]

describe('once the watermark has passed, nothing is kept', () => {
  it.each(kinds)('of $name windows', ({ parameters, reach }) =>
    fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(1, 1024), async (input, batch) => {
        const overdue: unknown[] = []
        const stage = watched(({ panes, watermark }) => {
          for (const start of panes?.starts() ?? []) {
            if (start + reach + LATENESS <= watermark) overdue.push([start, watermark])
          }
        })

        const run = await runStage(stage, {
          parameters: { ...parameters, lateness: `${LATENESS}ms`, aggregate: { n: 'count()' } },
          input,
          by: ['k'],
          batch,
          timestamp: (record) => (record as Row).t,
        })

        expect(overdue).toStrictEqual([])
        expect(Object.values(run.counts.stateEntries ?? {})).toStrictEqual([0])
      }),
      { numRuns: 60 },
    ),
  )

  it('of sessions', () =>
    fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('final', 'onTime'), async (input, emit) => {
        const overdue: unknown[] = []
        const stage = watched(({ spans, watermark }) => {
          for (const [, { end }] of spans?.entries() ?? []) {
            if (end + LATENESS <= watermark) overdue.push([end, watermark])
          }
        })

        const run = await runStage(stage, {
          parameters: { session: '7ms', lateness: '6ms', emit, aggregate: { n: 'count()' } },
          input,
          by: ['k'],
          timestamp: (record) => (record as Row).t,
        })

        expect(overdue).toStrictEqual([])
        expect(run.counts.stateEntries).toStrictEqual({ sessions: 0 })
      }),
      { numRuns: 60 },
    ))

  it('of a count window that was full, or waited long enough', async () => {
    const sizes: number[] = []
    const stage = watched(({ spans }) => sizes.push(spans?.size ?? 0))

    await runStage(stage, {
      parameters: { count: 2, maxWait: '5ms', aggregate: { n: 'count()' } },
      input: [1, 2, 3, 9, 10].map((t) => ({ t, k: t < 9 ? 'a' : 'b' })),
      by: ['k'],
      batch: 1,
      timestamp: (record) => (record as Row).t,
    })

    expect(sizes).toStrictEqual([1, 0, 1, 1, 0, 0])
  })
})

it('keeps no key of a hundred thousand sessions that are over', async () => {
  const users = 100_000
  const { counts, output, snapshot } = await runStage(window, {
    parameters: { aggregate: { n: 'count()' }, session: '20ms' },
    input: Array.from({ length: users }, (_, t) => ({ t, user: `user-${t}` })),
    timestamp: (record) => (record as { readonly t: number }).t,
    by: ['user'],
  })

  expect(output).toHaveLength(users)
  expect(output.at(-1)).toMatchObject({ user: 'user-99999', windowStart: 99_999, n: 1 })
  expect(counts.stateEntries).toStrictEqual({ sessions: 0 })
  expect(snapshot().keys).toStrictEqual([])
})
