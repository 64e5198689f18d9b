import { runStage, type RunStageOptions, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import { dedupe } from './dedupe.ts'

interface Row {
  readonly t: number
  readonly [name: string]: unknown
}

function run(
  parameters: Record<string, unknown>,
  input: readonly Row[],
  options: Partial<RunStageOptions> = {},
): Promise<StageRun> {
  return runStage(dedupe, {
    parameters,
    input,
    timestamp: (record) => (record as Row).t,
    ...options,
  })
}

const times = (records: readonly unknown[] = []): readonly number[] =>
  records.map((record) => (record as Row).t)

describe('dedupe', () => {
  it('passes the first of each, the very record that came, and gives the others to duplicates', async () => {
    const input = [
      { t: 1, id: 'a' },
      { t: 2, id: 'b' },
      { t: 3, id: 'a' },
    ]

    const { output, outputs, counts } = await run({ within: '1s', of: 'id' }, input)

    expect(output).toStrictEqual([input[0], input[1]])
    expect(output[0]).toBe(input[0])
    expect(outputs['duplicates']).toStrictEqual([input[2]])
    expect(counts).toMatchObject({ in: 3, used: 3, late: 0 })
  })

  it.each([true, false])(
    'filters repeats as duplicates where nobody reads them (batches: %s)',
    async (processBatch) => {
      const input = [0, 1, 2].map((t) => ({ t, id: 1 }))
      const unread = ['duplicates']

      const { output, reasons, counts } = await run({ within: '1s', of: 'id' }, input, {
        processBatch,
        unread,
      })

      expect(times(output)).toStrictEqual([0])
      expect(reasons).toStrictEqual({ duplicate: 2 })
      expect(counts).toMatchObject({ in: 3, used: 1, filtered: 2 })
    },
  )

  it('passes the next one exactly at the end of the time; repeats do not make it longer', async () => {
    const input = [0, 9, 10, 19, 20].map((t) => ({ t, id: 1 }))

    const { output, outputs } = await run({ within: '10ms', of: 'id' }, input)

    expect(times(output)).toStrictEqual([0, 10, 20])
    expect(times(outputs['duplicates'])).toStrictEqual([9, 19])
  })

  it('takes the first to arrive: an earlier one that comes behind it repeats it', async () => {
    const input = [100, 95, 90, 89].map((t) => ({ t, id: 1 }))

    const { output, outputs } = await run({ within: '10ms', of: 'id' }, input, { disorderMs: 50 })

    expect(times(output)).toStrictEqual([100, 90])
    expect(times(outputs['duplicates'])).toStrictEqual([95, 89])
  })

  it('goes by the time in the records, so that a replay in no time gives the same', async () => {
    const hour = 3_600_000
    const input = [0, 0.5 * hour, 2 * hour].map((t) => ({ t, id: 1 }))

    const { output } = await run({ within: '1h', of: 'id' }, input)

    expect(times(output)).toStrictEqual([0, 2 * hour])
  })

  it('passes nothing twice where a source begins anew and gives all that it gave before', async () => {
    const first = Array.from({ length: 50 }, (_, t) => ({ t, id: `order ${t}` }))

    const { output, outputs } = await run({ within: '1h', of: 'id' }, [...first, ...first], {
      disorderMs: 60_000,
    })

    expect(output).toStrictEqual(first)
    expect(outputs['duplicates']).toStrictEqual(first)
  })

  it('tells values of different types apart, and does not confuse lists of values', async () => {
    const single = [1, '1', true, null, 'null', undefined].map((id, t) => ({ t, id }))
    const pairs = [
      { t: 0, a: 'x', b: 'yz' },
      { t: 1, a: 'xy', b: 'z' },
      { t: 2, a: 1, b: null },
      { t: 3, a: '1', b: null },
      { t: 4, a: 's1:x', b: '' },
      { t: 5, a: '', b: 's1:x' },
      { t: 6, a: 1, b: null },
    ]

    const one = await run({ within: '1s', of: 'id' }, single)
    const two = await run({ within: '1s', of: ['a', 'b'] }, pairs)

    expect(times(one.output)).toStrictEqual([0, 1, 2, 3, 4])
    expect(times(two.output)).toStrictEqual([0, 1, 2, 3, 4, 5])
  })

  it('keeps keys apart, with of and without', async () => {
    const input = [
      { t: 0, user: 'a', action: 'open' },
      { t: 1, user: 'b', action: 'open' },
      { t: 2, user: 'a', action: 'close' },
      { t: 3, user: 'a', action: 'open' },
    ]

    const keyed = await run({ within: '1s' }, input, { by: ['user'] })
    const both = await run({ within: '1s', of: 'action' }, input, { by: ['user'] })

    expect(times(keyed.output)).toStrictEqual([0, 1])
    expect(times(both.output)).toStrictEqual([0, 1, 2])
  })

  it('calls a record late behind the watermark unless it repeats one that is still remembered', async () => {
    const input = [
      { t: 50, id: 'a' },
      { t: 100, id: 'b' },
      { t: 95, id: 'b' },
      { t: 95, id: 'a' },
    ]

    const { output, outputs, counts } = await run({ within: '10ms', of: 'id' }, input)

    expect(times(output)).toStrictEqual([50, 100])
    expect(times(outputs['duplicates'])).toStrictEqual([95])
    expect(outputs['late']).toStrictEqual([
      { record: { t: 95, id: 'a' }, eventTime: 95, watermark: 100, lateBy: 5 },
    ])
    expect(counts).toMatchObject({ in: 4, used: 3, late: 1 })
  })

  it('forgets an earlier record without forgetting a later one of the same', async () => {
    const stream: readonly (readonly [id: string, t: number])[] = [
      ['x', 50],
      ['a', 10],
      ['y', 60],
      ['a', 30],
      ['z', 110],
      ['a', 100],
      ['z', 120],
      ['a', 101],
    ]
    const input = stream.map(([id, t]) => ({ t, id }))

    const { output, outputs } = await run({ within: '10ms', of: 'id' }, input, {
      disorderMs: 45,
      processBatch: false,
    })

    expect(times(output)).toStrictEqual([50, 10, 60, 30, 110, 100, 120])
    expect(times(outputs['duplicates'])).toStrictEqual([101])
  })

  it('remembers no longer than it must: of many different ids in a row a handful is left', async () => {
    const input = Array.from({ length: 5000 }, (_, t) => ({ t, id: t }))

    const stopped = await run({ within: '10ms', of: 'id' }, input, { stopAfter: 4000 })
    const whole = await run({ within: '10ms', of: 'id' }, input)

    expect(stopped.counts.stateEntries).toStrictEqual({ times: 11, order: 11 })
    expect(whole.counts.stateEntries).toStrictEqual({ times: 0, order: 0 })
  })

  it.each([true, false])(
    'fails a record without a key to speak of (batches: %s)',
    async (processBatch) => {
      const input = [
        { t: 0, id: { no: 1 } },
        { t: 1, id: [1] },
        { t: 2, id: Number.NaN },
        { t: 3, id: 1 },
      ]

      const { output, rejected } = await run({ within: '1s', of: 'id' }, input, { processBatch })

      expect(times(output)).toStrictEqual([3])
      expect(rejected.map(({ code, message }) => `${code}: ${message}`)).toStrictEqual([
        'DEDUPE_KEY: "id" must be a text, a number, a boolean or null; got an object.',
        'DEDUPE_KEY: "id" must be a text, a number, a boolean or null; got an array.',
        'DEDUPE_KEY: "id" must be a text, a number, a boolean or null; got NaN.',
      ])
    },
  )
})

describe('parameters of dedupe', () => {
  const faults = (parameters: { within: string; of?: string | string[] }, keys: string[] = []) =>
    dedupe.check?.(parameters, { ends: true, keys })?.map(({ path, message }) => [path, message])

  it('must say what is the same', () => {
    expect(faults({ within: '1h' })).toStrictEqual([
      [['of'], 'nothing says which records are the same.'],
    ])
    expect(faults({ within: '1h' }, ['user'])).toStrictEqual([])
    expect(faults({ within: '1h', of: 'id' })).toStrictEqual([])
  })

  it('must be a length of time and paths', () => {
    expect(faults({ within: '0s', of: ['id', 'a..b'] })).toStrictEqual([
      [['within'], 'must be a length of time above 0; got "0s".'],
      [['of', 1], '"a..b" is not a field path: there is no name beside one of its dots.'],
    ])
  })

  it('say which fields it reads', () => {
    expect(dedupe.reads?.({ within: '1h', of: ['user.id', 'action'] })).toStrictEqual([
      'user.id',
      'action',
    ])
    expect(dedupe.reads?.({ within: '1h' })).toStrictEqual([])
  })
})
