import { tryParseParameters } from '@millrace/sdk'
import { runStage, type RunStageOptions, type StageRun } from '@millrace/testkit'
import { describe, expect, it } from 'vitest'
import type { Annotation } from './annotation.ts'
import { anomaly } from './anomaly.ts'
import { ewma } from './detectors/ewma.ts'
import { ensemble } from './ensemble.ts'
import { rangeRule } from './detectors/range-rule.ts'
import { rrcf } from './detectors/rrcf.ts'

interface Row {
  readonly t: number
  readonly [name: string]: unknown
}

function run(
  parameters: Record<string, unknown>,
  input: readonly unknown[],
  options: Partial<RunStageOptions> = {},
): Promise<StageRun> {
  return runStage(anomaly, {
    parameters,
    input,
    timestamp: (record, index) => (record as Partial<Row> | null)?.t ?? index,
    ...options,
  })
}

const found = (output: readonly unknown[]): readonly Annotation[] =>
  output.map((record) => (record as { readonly anomaly: Annotation }).anomaly)

/** Rows one minute apart with these values. */
const rows = (values: readonly unknown[], more: object = {}): readonly Row[] =>
  values.map((value, index) => ({ t: index * 60_000, value, ...more }))

/** As many values that go up and down between 0 and 9. */
const calm = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => (index * 7) % 10)

const ranged = { field: 'value', detector: rangeRule, warmup: 20, threshold: 0.9, refractory: 0 }

describe('anomaly', () => {
  it('hands on every record with what it found of it, and alerts also on their own output', async () => {
    const input = rows([...calm(40), 20, ...calm(5)], { sensor: 'a' })

    const { output, outputs, counts } = await run(ranged, input)

    expect(output).toHaveLength(46)
    expect(output[40]).toStrictEqual({
      t: 2_400_000,
      value: 20,
      sensor: 'a',
      anomaly: {
        score: expect.closeTo(0.98, 1),
        likelihood: expect.any(Number),
        alert: true,
        warmup: false,
        raw: expect.closeTo(10.55 / 9, 9),
        band: [-0.45, 9.45],
        time: 2_400_000,
      },
    })
    expect(outputs['alerts']).toStrictEqual([output[40]])
    expect(found(output).filter(({ alert }) => alert)).toHaveLength(1)
    expect(counts).toMatchObject({ in: 46, used: 46, filtered: 0 })
    expect(input[40]).toStrictEqual({ t: 2_400_000, value: 20, sensor: 'a' })
  })

  it('has no score while the detector cannot tell, and no alert while it warms up', async () => {
    const { output } = await run(ranged, rows([5, 5, 500, ...calm(30)]))

    const [first, , third] = found(output)
    expect(first).toStrictEqual({ score: null, likelihood: null, alert: false, warmup: true })
    expect(third).toMatchObject({ alert: false, warmup: true })
    expect(found(output).map(({ warmup }) => warmup)).toStrictEqual(
      Array.from({ length: 33 }, (_, index) => index < 20),
    )
  })

  it('learns each key by itself', async () => {
    const quiet = rows(calm(60), { sensor: 'quiet' })
    const loud = quiet.map(({ t, value }) => ({ t, value: 1000 * Number(value), sensor: 'loud' }))
    const input = quiet.flatMap((record, index) => [record, loud[index]])

    const { output } = await run({ ...ranged, detector: ewma }, input, { by: ['sensor'] })
    const alone = await run({ ...ranged, detector: ewma }, quiet, { by: ['sensor'] })

    expect(output.filter((record) => (record as Row)['sensor'] === 'quiet')).toStrictEqual(
      alone.output,
    )
  })

  it('judges what an expression makes of the record', async () => {
    const input = calm(30).map((value, t) => ({ t, total: 100 * value, requests: 10 }))

    const { output } = await run({ ...ranged, field: 'total / requests' }, input)

    expect(found(output)[29]?.band).toStrictEqual([-4.5, 94.5])
  })

  it('names the numbers of several in what it says of them', async () => {
    const input = calm(200).map((value, t) => ({ t, temp: value, load: (3 * value + t) % 7 }))
    const parameters = {
      fields: ['temp', 'load'],
      detector: rrcf,
      warmup: 20,
      threshold: 0.9,
      refractory: 0,
      as: 'found',
    }

    const { output } = await run(parameters, [...input, { t: 200, temp: 500, load: 3 }])

    const { found: last } = output[200] as { readonly found: Annotation }
    expect(last.alert).toBe(true)
    expect(Object.keys(last.contributions ?? {})).toStrictEqual(['temp', 'load'])
    expect(last.contributions?.['temp']).toBeGreaterThan(0.6)
  })

  it('a constant stream is never strange, and the first other value is', async () => {
    const { output } = await run(ranged, rows([...Array<number>(100).fill(5), 6]))

    const scores = found(output).map(({ score }) => score)
    expect(scores.slice(1, 100)).toStrictEqual(Array(99).fill(0))
    expect(found(output)[100]).toMatchObject({ alert: true, raw: 1 })
  })

  it('the same seed gives the same, another one need not', async () => {
    const input = calm(80).map((value, t) => ({ t, temp: value, load: (t * t) % 11 }))
    const parameters = { fields: ['temp', 'load'], detector: rrcf }

    const [one, same, other] = await Promise.all(
      [7, 7, 8].map((seed) => run({ ...parameters, seed }, input)),
    )

    expect(same?.output).toStrictEqual(one?.output)
    expect(other?.output).not.toStrictEqual(one?.output)
  })
})

describe('a drift', () => {
  const input = [...calm(400), ...calm(400).map((value) => 50 + value)].map((value, t) => {
    return { t, value }
  })
  const parameters = { field: 'value', detector: ewma, warmup: 30, drift: 'adwin' }

  it('is told, and ranks begin anew', async () => {
    const { output } = await run(parameters, input)

    const at = found(output).findIndex(({ drift }) => drift === true)
    expect(at).toBeGreaterThan(400)
    expect(found(output)[at + 1]?.warmup).toBe(false)
  })

  it('makes the detector begin anew where it should forget', async () => {
    const { output } = await run({ ...parameters, forget: 'detector' }, input)

    const at = found(output).findIndex(({ drift }) => drift === true)
    expect(found(output)[at + 1]).toMatchObject({ score: null, warmup: true })
    expect(found(output).at(-1)?.expected).toBeCloseTo(54.5, 0)
  })
})

describe('records without a number', () => {
  const gaps = rows([...calm(30), null, undefined, 4])

  it('pass without a score, and nothing is learnt of them', async () => {
    const { output } = await run(ranged, gaps)
    const without = await run(ranged, [...gaps.slice(0, 30), gaps[32]])

    const unjudged = { score: null, likelihood: null, alert: false, warmup: false }
    const expected = { ...unjudged, missing: ['value'] }
    expect(found(output).slice(30, 32)).toStrictEqual([expected, expected])
    expect(output[32]).toStrictEqual(without.output[30])
  })

  it.each(['skip', 'last'])(
    'are told to be of the warm-up as long as that lasts (missing: %s)',
    async (missing) => {
      const parameters = { ...ranged, warmup: 3, missing }

      const { output } = await run(parameters, rows([null, 1, null, 2, null, 3, null, 4]))

      const began = missing === 'skip' ? 7 : 5
      expect(found(output).map(({ warmup }) => warmup)).toStrictEqual(
        Array.from({ length: 8 }, (_, index) => index < began - 1),
      )
    },
  )

  it('leave nothing behind of a key that has no number yet', async () => {
    const { output, snapshot } = await run(ranged, rows([null, undefined]))

    expect(found(output).map(({ warmup }) => warmup)).toStrictEqual([true, true])
    expect(snapshot().state['judges']?.entries).toStrictEqual([])
  })

  it('stand for the last number of the key with missing: last', async () => {
    const { output } = await run({ ...ranged, missing: 'last' }, [{ t: -1 }, ...gaps])
    const filled = await run(ranged, rows([...calm(30), 3, 3, 4]))

    expect(found(output)[0]).toMatchObject({ score: null, missing: ['value'] })
    expect(found(output).slice(31, 33)).toStrictEqual(
      found(filled.output)
        .slice(30, 32)
        .map((one) => ({ ...one, missing: ['value'] })),
    )
    expect(found(output)[33]).toStrictEqual(found(filled.output)[32])
  })

  it('lack only what they lack: the other numbers are new', async () => {
    const input = calm(60).map((value, t) => ({ t, temp: value, load: t === 50 ? null : value }))
    const parameters = { fields: ['temp', 'load'], detector: rrcf, missing: 'last' }

    const { output } = await run(parameters, input)

    expect(found(output)[50]).toMatchObject({ missing: ['load'], score: expect.any(Number) })
  })

  it.each([true, false])(
    'fail where there is something else, and the others go on (batches: %s)',
    async (processBatch) => {
      const bad = ['9', true, [1], Number.NaN, Infinity, -Infinity]
      const input = [...rows([...bad, 4]), null, 7, [1]]

      const { output, rejected } = await run(ranged, input, { processBatch })

      expect(output).toHaveLength(1)
      expect(rejected.map(({ code, message }) => `${code}: ${message}`)).toMatchInlineSnapshot(`
        [
          "ANOMALY_NOT_A_NUMBER: Only numbers can be judged; value is of type string.",
          "ANOMALY_NOT_A_NUMBER: Only numbers can be judged; value is of type boolean.",
          "ANOMALY_NOT_A_NUMBER: Only numbers can be judged; value is a list.",
          "ANOMALY_NOT_A_NUMBER: Only numbers can be judged; value is NaN.",
          "ANOMALY_NOT_A_NUMBER: Only numbers can be judged; value is Infinity.",
          "ANOMALY_NOT_A_NUMBER: Only numbers can be judged; value is -Infinity.",
          "ANOMALY_NO_OBJECT: Only an object can have the field "anomaly"; the record is null.",
          "ANOMALY_NO_OBJECT: Only an object can have the field "anomaly"; the record is a number.",
          "ANOMALY_NO_OBJECT: Only an object can have the field "anomaly"; the record is a list.",
        ]
      `)
    },
  )
})

describe('records that are older than the last of their key', () => {
  it('are scored, and nothing is learnt of them', async () => {
    const input = rows(calm(40))
    const late = { t: 60_000, value: 30 }

    const { output, outputs } = await run(ranged, [...input, late, { t: 2_400_000, value: 5 }], {
      disorderMs: 3_600_000,
    })
    const without = await run(ranged, [...input, { t: 2_400_000, value: 5 }])

    expect(found(output)[40]).toMatchObject({ late: true, score: expect.closeTo(0.98, 1) })
    expect(output[41]).toStrictEqual(without.output[40])
    expect(outputs['alerts']).toHaveLength(0)
  })

  it('are those of an earlier time only: the same time comes in the order of arrival', async () => {
    const input = calm(40).map((value) => ({ t: 5, value }))

    const { output } = await run(ranged, input)

    expect(found(output).some(({ late }) => late)).toBe(false)
  })
})

describe('parameters of anomaly', () => {
  const faults = (parameters: Record<string, unknown>, timeoutMs?: number): unknown => {
    const timeout = timeoutMs === undefined ? {} : { timeoutMs }
    const surroundings = { ends: true, keys: ['sensor'], ...timeout }
    const parsed = anomaly.parameters['~standard'].validate(parameters) as {
      readonly value: Parameters<typeof anomaly.create>[0]['parameters']
    }
    return anomaly.check?.(parsed.value, surroundings).map(({ message, path }) => [path, message])
  }

  it('must say what is judged, once', () => {
    expect(faults({})).toStrictEqual([[[], 'nothing says what is judged.']])
    expect(faults({ field: 'a', fields: ['b'] })).toStrictEqual([
      [['fields'], 'field says already what is judged.'],
    ])
    expect(faults({ fields: ['a', 'b', 'a'] })).toStrictEqual([
      [['fields', 2], 'a stands there twice.'],
    ])
  })

  it('must be of one kind where there are several', () => {
    const fault = (parameters: Record<string, unknown>): unknown => {
      const parsed = tryParseParameters(anomaly, { field: 'a', ...parameters })
      return 'problem' in parsed ? `${parsed.problem.path}: ${parsed.problem.message}` : undefined
    }
    const threshold =
      'threshold: must be a number above 0 and below 1 such as 0.999, or a map with quantile, spot, dspot, conformal or budget'

    expect([
      fault({ threshold: {} }),
      fault({ threshold: 'high' }),
      fault({ threshold: 1 }),
      fault({ threshold: { spot: 5 } }),
      fault({ threshold: { dspot: { q: 1e-4 } } }),
      fault({ threshold: { spot: 1e-4 } }),
      fault({ drift: {} }),
      fault({ drift: 'often' }),
      fault({ drift: { adwin: { delta: 7 } } }),
      fault({ model: { window: 3 } }),
      fault({ model: { http: 'http://' } }),
      fault({ model: { http: 'http://localhost', window: 0 } }),
      fault({ fields: [] }),
      fault({ range: [1] }),
    ]).toStrictEqual([
      `${threshold}, and of these exactly one; got none of them.`,
      `${threshold}.`,
      'threshold: Too big: expected number to be <1',
      'threshold.spot: Too big: expected number to be <0.02',
      `${threshold}; dspot.depth: Invalid input: expected number, received undefined`,
      undefined,
      'drift: must be adwin, page-hinkley, kswin or changepoint, or a map of one to its parameters, and of these exactly one; got none of them.',
      'drift: must be adwin, page-hinkley, kswin or changepoint, or a map of one to its parameters.',
      'drift.adwin.delta: Too big: expected number to be <1',
      'model: must be a map with onnx, a file, or with http, a URL, and of these exactly one; got none of them.',
      'model.http: must be a URL such as http://localhost:8080/score',
      'model.window: Too small: expected number to be >=1',
      'fields: must name at least one number, such as [temp, vibration]; got an empty list.',
      'range: must be two numbers, such as [0, 100].',
    ])
  })

  it('must fit the detector', () => {
    expect(faults({ fields: ['a', 'b'], detector: ewma })).toStrictEqual([
      [['detector'], '"ewma" judges one number, and there are 2.'],
    ])
    expect(faults({ fields: ['a', 'b'], detector: ensemble })).toStrictEqual([
      [['detector'], '"discord" judges one number, and there are 2.'],
    ])
    const of = { module: ensemble, parameters: { members: ['rrcf', 'pca'] } }
    expect(faults({ fields: ['a', 'b'], detector: of })).toStrictEqual([])
    const wrong = { module: ewma, parameters: { halfLife: 'long' } }
    expect(faults({ field: 'a', detector: wrong })).toStrictEqual([
      [['detector'], expect.stringContaining('its parameters are wrong: halfLife: ')],
    ])
    expect(faults({ field: 'a', range: [3, 3] })).toStrictEqual([
      [['range'], 'must be the smallest value, then a larger one; got 3, 3.'],
    ])
    expect(faults({ fields: ['a', 'b'], range: [0, 3] })).toStrictEqual([
      [['range'], 'there are several numbers, and it is the range of one.'],
    ])
  })

  it('must let the detector judge before the record fails', () => {
    const model = { http: 'http://localhost/score', deadline: '30s' }

    expect(faults({ field: 'a', model }, 10_000)).toStrictEqual([
      [['model', 'deadline'], "must be shorter than the stage's timeout, 10s; got 30s."],
    ])
    expect(faults({ field: 'a', model }, 30_000)).toHaveLength(1)
    expect(faults({ field: 'a', model: { http: model.http } }, 500)).toStrictEqual([
      [['model', 'deadline'], "must be shorter than the stage's timeout, 500ms; got 1s."],
    ])
    expect(faults({ field: 'a', model }, 30_001)).toStrictEqual([])
    expect(faults({ field: 'a', model })).toStrictEqual([])
  })

  it('must send what can be sent', () => {
    const fault = (model: object) =>
      faults({ field: 'a', model: { http: 'http://localhost', ...model } })

    expect(fault({ http: 'https://me:secret@localhost/score' })).toStrictEqual([
      [['model', 'http'], 'must be without user and password.'],
    ])
    for (const authorization of ['Bearer a\nb', 'Bearer \u0000', 'Bearer ключ']) {
      expect(fault({ authorization })).toStrictEqual([
        [['model', 'authorization'], 'must be one line of plain characters; got others.'],
      ])
    }
    expect(fault({ authorization: 'Bearer abc\n' })).toStrictEqual([])
  })

  it('must leave the keys alone', () => {
    expect(faults({ field: 'a', as: 'sensor' })).toStrictEqual([
      [['as'], '"sensor" is the name of a key, which results must keep.'],
    ])
  })

  it('say which fields should be there, and which are', () => {
    const { expects, shape } = anomaly
    const parsed = { fields: ['a.b', 'c / d'], as: 'found' } as Parameters<
      NonNullable<typeof expects>
    >[0]

    expect(expects?.(parsed)).toStrictEqual(['a.b', 'c', 'd'])
    expect(shape?.(parsed, { keys: [], fields: ['a', 'c'] })).toStrictEqual({
      out: ['a', 'c', 'found'],
      alerts: ['a', 'c', 'found'],
    })
  })
})
