import { runStage, type RunStageOptions, type StageRun } from '@millrace/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { union } from './union.ts'

interface Row {
  readonly from: string
  readonly n: number
}

const inputs = ['orders', 'payments', 'returns']

function run(
  parameters: object,
  input: readonly unknown[],
  options: Partial<RunStageOptions> = {},
): Promise<StageRun> {
  return runStage(union, {
    parameters,
    inputs,
    input,
    to: (record) => (record as Row).from,
    ...options,
  })
}

describe('union', () => {
  it('hands on the records of all inputs, the very ones that came', async () => {
    const input = [
      { from: 'orders', n: 1 },
      { from: 'returns', n: 2 },
      { from: 'payments', n: 3 },
    ]

    const { output, counts } = await run({}, input)

    expect(output).toStrictEqual(input)
    expect(output[1]).toBe(input[1])
    expect(counts).toMatchObject({ in: 3, used: 3 })
  })

  it('adds the name of the input, in the place of what the field held, and leaves its input alone', async () => {
    const input = [
      { from: 'orders', n: 1 },
      { from: 'payments', n: 2, kind: 'old' },
    ]

    const { output } = await run({ as: 'kind' }, input)

    expect(output).toStrictEqual([
      { from: 'orders', n: 1, kind: 'orders' },
      { from: 'payments', n: 2, kind: 'payments' },
    ])
    expect(input[1]).toStrictEqual({ from: 'payments', n: 2, kind: 'old' })
  })

  it('fails what has no fields where it should add one', async () => {
    const options = { to: () => 'orders' }

    const { output, rejected } = await run({ as: 'kind' }, [null, [1], 'text', {}], options)

    expect(output).toStrictEqual([{ kind: 'orders' }])
    expect(rejected.map(({ code, message }) => `${code}: ${message}`)).toStrictEqual([
      'UNION_NO_OBJECT: The field "kind" cannot be added to null.',
      'UNION_NO_OBJECT: The field "kind" cannot be added to an array.',
      'UNION_NO_OBJECT: The field "kind" cannot be added to a string.',
    ])
    expect((await run({}, [null, [1], 'text'], options)).output).toStrictEqual([null, [1], 'text'])
  })

  it('keeps the order and the times of each input, whatever the batches', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ from: fc.constantFrom(...inputs), n: fc.nat() }), { maxLength: 40 }),
        fc.constantFrom<number | readonly number[]>(1, [3, 1, 7], 1024),
        fc.boolean(),
        async (input, batch, isNamed) => {
          const { output, timestamps } = await run(isNamed ? { as: 'kind' } : {}, input, { batch })

          const came = output.map((record, index) => [record as Row, timestamps['out']?.[index]])
          for (const name of inputs) {
            const expected = input.flatMap((row, index) =>
              row.from === name ? [[isNamed ? { ...row, kind: name } : row, index]] : [],
            )
            expect(came.filter(([row]) => (row as Row).from === name)).toStrictEqual(expected)
          }
          expect(output.length).toBe(input.length)
        },
      ),
      { numRuns: 100 },
    ),
  )
})
