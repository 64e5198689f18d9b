import { runStage } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { drift } from './drift-stage.ts'

const rows = [
  ...Array.from({ length: 400 }, (_, index) => ({ sensor: 'a', value: (index * 7) % 10 })),
  ...Array.from({ length: 400 }, (_, index) => ({ sensor: 'a', value: 20 + ((index * 7) % 10) })),
]

it.each(['adwin', 'page-hinkley', 'kswin', 'changepoint'])(
  '%s tells that a number is not what it was, and hands all records on as they came',
  async (detector) => {
    const quiet = rows.map(() => ({ sensor: 'b', value: 4 }))
    const input = rows.flatMap((row, index) => [row, quiet[index]])

    const { output, outputs } = await runStage(drift, {
      parameters: { field: 'value', detector },
      input,
      by: ['sensor'],
    })

    expect(output.every((record, index) => record === input[index])).toBe(true)
    const drifts = outputs['drifts'] as readonly Record<string, unknown>[]
    expect(drifts.length).toBeGreaterThan(0)
    expect(drifts.length).toBeLessThan(4)
    expect(drifts[0]).toMatchObject({ sensor: 'a', before: expect.any(Number) })
    expect(drifts[0]?.['time']).toBeGreaterThan(800)
    expect(drifts[0]?.['time']).toBeLessThan(1100)
  },
)

it('does not look at what is missing or late, and fails what is no number', async () => {
  const input = [...rows.slice(0, 390), { sensor: 'a', value: 'x' }, { sensor: 'a' }]
  const late = rows.slice(400).map((row) => ({ ...row, t: 0 }))

  const run = await runStage(drift, {
    parameters: { field: 'value' },
    input: [...input, ...late],
    timestamp: (record, index) => (record as { readonly t?: number }).t ?? index,
    disorderMs: 1e6,
  })

  expect(run.outputs['drifts']).toStrictEqual([])
  expect(run.rejected.map(({ code }) => code)).toStrictEqual(['ANOMALY_NOT_A_NUMBER'])
  expect(run.output).toHaveLength(791)
})

it('refuses keys that are named like fields of a drift, and bad parameters', () => {
  const check = (detector: unknown) =>
    drift.parameters['~standard'].validate({ field: 'value', detector })

  expect(
    drift.check?.({ field: 'value', detector: 'adwin', seed: 1 }, { ends: true, keys: ['time'] }),
  ).toHaveLength(1)
  expect(check({ adwin: { delta: 2 } })).toHaveProperty('issues')
  expect(check('adwni')).toHaveProperty('issues')
  expect(check({ adwin: { delta: 0.01 } })).not.toHaveProperty('issues')
})
