import { defineEmitter, type Emission, type Emitter } from '@millrace/sdk'
import { runStage, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import sortedEvens from './sorted-evens.test-support.ts'
import { window } from './window.ts'

interface Row {
  readonly t: number
  readonly k: string
  readonly x: number
}

function run(
  emitter: unknown,
  input: readonly unknown[],
  aggregate: Record<string, string> = { evens: 'list(x)' },
  more: Record<string, unknown> = {},
): Promise<StageRun> {
  return runStage(window, {
    parameters: { emitter, aggregate, ...more },
    input,
    timestamp: (record) => (record as Row).t,
    by: ['k'],
  })
}

const rows = (values: readonly number[], k = 'a'): readonly Row[] =>
  values.map((x, t) => ({ t, k, x }))

/** Even values of a key in ascending order, `size` at a time, written as a loop. */
function looped(input: readonly Row[], size: number): readonly (readonly [string, number[]])[] {
  const windows: (readonly [string, number[]])[] = []
  const keys = [...new Set(input.map(({ k }) => k))]
  const waiting = new Map<string, number[]>()
  for (const { k, x } of input) {
    if (x % 2 !== 0) continue
    const values = [...(waiting.get(k) ?? []), x]
    waiting.set(k, values.length === size ? [] : values)
    if (values.length === size) windows.push([k, values.toSorted((a, b) => a - b)])
  }
  const rest = keys.map((k) => [k, (waiting.get(k) ?? []).toSorted((a, b) => a - b)] as const)
  return [...windows, ...rest.filter(([, values]) => values.length > 0)]
}

const noParameters = z.strictObject({})

function emitterOf(hooks: Partial<Emitter<unknown[]>>) {
  const create = (): Emitter<unknown[]> => ({
    begin: () => [],
    add: () => undefined,
    flush: () => undefined,
    ...hooks,
  })
  return defineEmitter({ name: 'mine', summary: 'For a test.', parameters: noParameters, create })
}

describe('an emitter', () => {
  it('keeps of a key what its windows wait for, nothing once they forget it, and nothing at the end', async () => {
    const input = [...rows([2, 4, 6]), { t: 3, k: 'b', x: 2 }, { t: 90, k: 'c', x: 2 }]
    const parameters = {
      emitter: { module: sortedEvens, parameters: { size: 3, maxWaitMs: 5 } },
      aggregate: { evens: 'list(x)' },
    }
    const entriesAfter = async (stopAfter: number): Promise<unknown> => {
      const { counts } = await runStage(window, {
        parameters,
        input,
        by: ['k'],
        timestamp: (record) => (record as Row).t,
        batch: 1,
        stopAfter,
      })
      return Object.values(counts.stateEntries ?? {})
    }

    expect(await Promise.all([2, 3, 4, 5].map(entriesAfter))).toStrictEqual([[1], [0], [1], [0]])
  })

  it('makes windows of its own: even values ascending, three at a time, the rest at the end', async () => {
    const { output, timestamps } = await run(sortedEvens, rows([8, 3, 6, 2, 1, 4, 10, 12, 14]), {
      evens: 'list(x)',
      first: 'first(x)',
      n: 'count()',
      records: 'list(record)',
    })

    expect(output).toMatchObject([
      { k: 'a', windowStart: 0, windowEnd: 4, evens: [2, 6, 8], first: 2, n: 3 },
      { k: 'a', windowStart: 5, windowEnd: 8, evens: [4, 10, 12], first: 4, n: 3 },
      { k: 'a', windowStart: 8, windowEnd: 9, evens: [14], records: [{ t: 8, k: 'a', x: 14 }] },
    ])
    expect(timestamps['out']).toStrictEqual([3, 7, 8])
  })

  it('takes parameters', async () => {
    const { output } = await run(
      { module: sortedEvens, parameters: { size: 2 } },
      rows([8, 3, 6, 2]),
    )

    expect(output).toMatchObject([{ evens: [6, 8] }, { evens: [2] }])
  })

  it('is woken when event time comes to what it asked for', async () => {
    const { output } = await run({ module: sortedEvens, parameters: { maxWaitMs: 10 } }, [
      { t: 0, k: 'a', x: 4 },
      { t: 2, k: 'a', x: 2 },
      { t: 9, k: 'b', x: 1 },
      { t: 10, k: 'b', x: 6 },
      { t: 11, k: 'a', x: 8 },
    ])

    expect(output).toStrictEqual([
      { k: 'a', windowStart: 0, windowEnd: 3, evens: [2, 4] },
      { k: 'a', windowStart: 11, windowEnd: 12, evens: [8] },
      { k: 'b', windowStart: 10, windowEnd: 11, evens: [6] },
    ])
  })

  it('may be woken again and again, also where event time leaps', async () => {
    const every = emitterOf({
      add(_memory, record, moment) {
        if ((record as Row).k === 'a') moment.wake(10)
        return []
      },
      onTime(_memory, moment): Emission {
        expect(moment.watermark).toBe(35)
        moment.wake(moment.timestamp + 10)
        return { start: moment.timestamp - 10, end: moment.timestamp, records: [] }
      },
    })
    const input = [
      { t: 0, k: 'a', x: 1 },
      { t: 35, k: 'b', x: 1 },
    ]

    const { output } = await run(every, input, { n: 'count()' })

    expect(output).toStrictEqual([
      { k: 'a', windowStart: 0, windowEnd: 10, n: 0 },
      { k: 'a', windowStart: 10, windowEnd: 20, n: 0 },
      { k: 'a', windowStart: 20, windowEnd: 30, n: 0 },
    ])
  })

  it('sees late records, and none of them is late for the stage', async () => {
    const { output, outputs } = await run({ module: sortedEvens, parameters: { size: 2 } }, [
      { t: 50, k: 'a', x: 4 },
      { t: 3, k: 'a', x: 2 },
    ])

    expect(output).toMatchObject([{ windowStart: 3, windowEnd: 51, evens: [2, 4] }])
    expect(outputs['late'] ?? []).toStrictEqual([])
  })

  it('gives the windows of a loop', async () => {
    const input = fc.array(
      fc.record({ t: fc.nat(20), k: fc.constantFrom('a', 'b'), x: fc.nat(9) }),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(input, fc.integer({ min: 1, max: 4 }), async (records, size) => {
        const { output } = await run({ module: sortedEvens, parameters: { size } }, records)

        const windows = output.map((one) => one as { k: string; evens: number[] })
        const byKey = (k: string) => (one: readonly [string, unknown]) => one[0] === k
        const found = windows.map(({ evens, k }) => [k, evens] as const)
        for (const k of ['a', 'b']) {
          expect(found.filter(byKey(k))).toStrictEqual(looped(records, size).filter(byKey(k)))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('never sees a record that an aggregate call refuses', async () => {
    const { output, rejected } = await run(
      sortedEvens,
      [
        { t: 0, k: 'a', x: 2 },
        { t: 1, k: 'a', x: 4, y: 'no number' },
        { t: 2, k: 'a', x: 6 },
      ],
      { evens: 'list(x)', y: 'sum(y)' },
    )

    expect(rejected).toMatchObject([{ code: 'AGG_NOT_A_NUMBER' }])
    expect(output).toMatchObject([{ evens: [2, 6] }])
  })
})

describe('an emitter that breaks its contract', () => {
  const fault = async (hooks: Partial<Emitter<unknown[]>>): Promise<unknown> => {
    const { rejected } = await run(emitterOf(hooks), rows([1]))
    return rejected.map(({ code, message }) => `${code} ${message}`)
  }

  it('fails the record in hand', async () => {
    const window = { start: 5, end: 5, records: [] }

    expect(await fault({ add: () => window })).toStrictEqual([
      'WINDOW_EMITTER The emitter "mine" gives a window from 5 to 5.',
    ])
    expect(
      await fault({
        add: (_memory, _record, moment) => {
          moment.wake(5)
          return []
        },
      }),
    ).toStrictEqual(['WINDOW_EMITTER The emitter "mine" asks to be woken, but has no onTime.'])
  })

  it('leaves nothing of a key whose first record fails', async () => {
    const flushed: unknown[] = []
    const odd = emitterOf({
      add() {
        throw new Error('no')
      },
      flush: (memory) => void flushed.push(memory),
    })

    const { counts } = await run(odd, rows([1]), { n: 'count()' })

    expect(counts).toMatchObject({ used: 0, dead: 1 })
    expect(flushed).toStrictEqual([])
  })

  it('is refused before a run where its parameters are wrong', async () => {
    const wrong = { module: sortedEvens, parameters: { size: 0 } }

    await expect(run(wrong, [])).rejects.toMatchObject({
      message: expect.stringContaining('emitter.parameters.size') as string,
    })
    await expect(run('./sorted.ts', [])).rejects.toMatchObject({
      message: expect.stringContaining('must be an emitter') as string,
    })
    await expect(run(sortedEvens, [], { n: 'count()' }, { lateness: '5s' })).rejects.toMatchObject({
      message: expect.stringContaining('an emitter window has no use for lateness') as string,
    })
  })
})
