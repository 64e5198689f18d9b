import { runStage, type RunStageOptions } from '@millrace/testkit'
import { expect, it } from 'vitest'
import type { Annotation } from './annotation.ts'
import { anomaly } from './anomaly.ts'
import { ewma } from './detectors/ewma.ts'
import { rangeRule } from './detectors/range-rule.ts'

const field = { field: 'value', warmup: 20 }
// It is asked about no record: there are never so many of them.
const model = { http: 'http://localhost/score', window: 1000 }
const kinds = {
  range: { ...field, detector: rangeRule },
  ewma: { ...field, detector: ewma },
  drift: { ...field, detector: ewma, drift: 'adwin' },
  model: { ...field, detector: ewma, model },
  forecast: { ...field, detector: ewma, model: { ...model, gives: 'forecast' } },
}
type Kind = keyof typeof kinds

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ t: from + index, value: index % 7 }))
const timestamp = (record: unknown): number => (record as { readonly t: number }).t

function play(kind: Kind, from: number, restored?: RunStageOptions['restored']) {
  const input = rows(from, from + 40)
  return runStage(anomaly, { parameters: kinds[kind], input, timestamp, restored })
}

const pairs = Object.keys(kinds).flatMap((was) =>
  Object.keys(kinds).map((is) => [was, is] as [Kind, Kind]),
)

it.each(pairs)('what %s has learnt is gone on with by the same alone, here %s', async (was, is) => {
  const before = await play(was, 0)

  const { output } = await play(is, 40, before.snapshot())

  const [next] = output as [{ readonly anomaly: Annotation }]
  expect(next.anomaly.warmup).toBe(was !== is)
})
