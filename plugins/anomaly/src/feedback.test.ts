import { runStage, type StageRun } from '@millrace/testkit'
import { expect, it } from 'vitest'
import { anomaly } from './anomaly.ts'
import { ewma } from './detectors/ewma.ts'

interface Row {
  readonly t: number
  readonly sensor?: string
  readonly [name: string]: unknown
}

/** A level that goes up and down a little, with a spike of the same shape every hundred points. */
const rows: readonly Row[] = Array.from({ length: 1000 }, (_, t) => ({
  t,
  sensor: 'a',
  value: ((t * 7) % 10) + (t % 100 === 99 ? 60 : 0),
}))
const parameters = { field: 'value', detector: ewma, warmup: 150, threshold: 0.97 }

function run(input: readonly unknown[], more: object = {}): Promise<StageRun> {
  return runStage(anomaly, {
    parameters,
    input,
    by: ['sensor'],
    inputs: ['in', 'feedback'],
    to: (record) => (Object.hasOwn(record as object, 'anomaly') ? 'feedback' : 'in'),
    timestamp: (record) => (record as Row).t,
    ...more,
  })
}

const timesOf = (records: readonly unknown[] = []): readonly number[] =>
  records.map((record) => (record as Row).t)

it('an alert that comes back was none: what looks like it is no alert any more', async () => {
  const plain = await run(rows)
  const [alert] = plain.outputs['alerts'] as readonly Row[]
  const input = [...rows.slice(0, 250), { ...alert, t: 249 }, ...rows.slice(250)]

  const { counts, outputs, output, reasons } = await run(input)

  expect(timesOf(plain.outputs['alerts'])).toStrictEqual([
    199, 299, 399, 499, 599, 699, 799, 899, 999,
  ])
  expect(timesOf(outputs['alerts'])).toStrictEqual([199])
  expect(output).toHaveLength(1000)
  expect(reasons).toStrictEqual({ pardoned: 1 })
  expect(counts).toMatchObject({ in: 1001, used: 1000, filtered: 1 })
})

it('feedback counts for its key alone, and does nothing where there was no alert', async () => {
  const twins = rows.flatMap((row) => [row, { ...row, sensor: 'b' }])
  const { outputs: before } = await run(twins)
  const [alert] = before['alerts'] as readonly Row[]
  const strange = { sensor: 'a', t: 240, anomaly: { time: 123 } }
  const unknown = { sensor: 'new', t: 240, anomaly: { time: 199 } }
  const input = [
    ...twins.slice(0, 500),
    strange,
    unknown,
    { ...alert, t: 249 },
    ...twins.slice(500),
  ]

  const { counts, outputs, reasons } = await run(input)

  const alerts = outputs['alerts'] as readonly Row[]
  expect(timesOf(alerts.filter(({ sensor }) => sensor === 'a'))).toStrictEqual([199])
  expect(timesOf(alerts.filter(({ sensor }) => sensor === 'b'))).toHaveLength(9)
  expect(reasons).toStrictEqual({ 'no such alert': 2, pardoned: 1 })
  expect(counts.stateEntries).toStrictEqual({ judges: 2 })
})

it('what names no alert fails', async () => {
  const wrong = [{}, { time: 'now' }, 7, null].map((anomaly) => ({ sensor: 'a', t: 1, anomaly }))

  const { rejected } = await run(wrong)

  expect(rejected.map(({ code, message }) => `${code}: ${message}`)).toMatchInlineSnapshot(`
    [
      "ANOMALY_FEEDBACK: A record of feedback must name an alert; "anomaly.time" is null.",
      "ANOMALY_FEEDBACK: A record of feedback must name an alert; "anomaly.time" is a string.",
      "ANOMALY_FEEDBACK: A record of feedback must name an alert; "anomaly.time" is null.",
      "ANOMALY_FEEDBACK: A record of feedback must name an alert; "anomaly.time" is null.",
    ]
  `)
})

it('without the input there is none', async () => {
  const { output } = await runStage(anomaly, { parameters, input: rows, by: ['sensor'] })

  expect(output).toHaveLength(1000)
})
