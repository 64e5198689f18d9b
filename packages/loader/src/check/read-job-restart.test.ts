import { renderError } from '@millrace/base'
import { expect, it } from 'vitest'
import { type LoadOptions, loadSpec } from '../load-spec.ts'

const usual = 'source: { file: a.jsonl }'
const load = async (
  restart: string,
  ends = `${usual}\n  sink: { file: b.jsonl }`,
  options: Partial<LoadOptions> = {},
) => {
  const text = ['pipeline:', `  ${ends}`, `  restart: ${restart}`, ''].join('\n')
  const loaded = await loadSpec({ file: '/jobs/job.yaml', text, env: {}, ...options })
  await loaded.dispose()
  return { ...loaded, text: loaded.faults.map((fault) => renderError(fault)).join('\n') }
}

it('a job fails where parts cannot be started again, and with restart its pipeline begins anew', async () => {
  const plain = await load('{ intensity: 1 }')
  const short = await load('{ onEscalate: restart }')
  const long = await load(
    '{ onEscalate: { restart: { intensity: 5, period: 2h, backoff: { min: 1s, resetAfter: 1m } } } }',
  )

  expect(plain.spec?.restart).toEqual({ intensity: 1, periodMs: 60_000 })
  const backoff = { minMs: 100, maxMs: 30_000, factor: 2, jitter: 0.2 }
  expect(short.spec?.restart).toEqual({
    intensity: 3,
    periodMs: 60_000,
    onEscalate: { restart: { intensity: 3, periodMs: 86_400_000, backoff } },
  })
  expect(long.spec?.restart?.onEscalate).toEqual({
    restart: {
      intensity: 5,
      periodMs: 7_200_000,
      backoff: { ...backoff, minMs: 1000, resetAfterMs: 60_000 },
    },
  })
  expect(plain.plan?.notes).toContain('More than 1 restarts within 1m end the job.')
  expect(long.plan?.notes).toContain(
    'More than 3 restarts within 1m let the whole pipeline begin anew with the first records, at most 5 times within 2h, 1s apart at first and 30s at most.',
  )
})

it('flags and the environment reach into it', async () => {
  const { spec, text } = await load('{ onEscalate: restart }', undefined, {
    set: [{ path: 'restart.onEscalate.restart.intensity', value: '7' }],
    env: { MILLRACE_RESTART__ONESCALATE__RESTART__PERIOD: '5h' },
  })

  expect(text).toBe('')
  expect(spec?.restart?.onEscalate).toMatchObject({
    restart: { intensity: 7, periodMs: 18_000_000 },
  })
})

it('what is written wrong is a fault at its place', async () => {
  const wrong = await load('{ onEscalate: stop }')
  const empty = await load('{ onEscalate: {} }')
  const odd = await load('{ onEscalate: { restart: { intensity: 0, periods: 1h, period: 0s } } }')

  expect([wrong.text, empty.text, odd.text].join('\n')).toMatchInlineSnapshot(`
    "error[CFG_TYPE]: "restart.onEscalate" must be one of fail, restart; got string "stop".
      at   /jobs/job.yaml:4:26  pipeline.restart.onEscalate
      next Write one of fail, restart there.
    error[CFG_MISSING]: "onEscalate" has no "restart"; expected one.
      at   /jobs/job.yaml:4:26  pipeline.restart.onEscalate
      next Write onEscalate: restart, or onEscalate: { restart: { intensity: 3, period: 1d } }.
    error[CFG_TYPE]: "restart.intensity" must be a whole number of at least 1; got number 0.
      at   /jobs/job.yaml:4:50  pipeline.restart.onEscalate.restart.intensity
      next Write a whole number of at least 1 there.
    error[CFG_UNKNOWN_KEY]: Unknown key "periods" in "onEscalate.restart".
      at   /jobs/job.yaml:4:53  pipeline.restart.onEscalate.restart.periods
      next Did you mean "period"?
    error[CFG_TYPE]: "restart.period" must be a duration above 0 with a unit, such as 30s or 1h; got string "0s".
      at   /jobs/job.yaml:4:74  pipeline.restart.onEscalate.restart.period
      next Write a duration above 0 with a unit, such as 30s or 1h there."
  `)
})

it('a sink that does not replace its output is refused at its line', async () => {
  const ends = `${usual}\n  sinks: { a: { file: a2.jsonl, from: source }, b: { file: { path: b.jsonl, mode: append }, from: source }, c: { file: '-', from: source } }\n  deadLetter: { file: { path: dead.jsonl, mode: append } }`
  const { text } = await load('{ onEscalate: restart }', ends)

  expect(text).toMatchInlineSnapshot(`
    "error[CFG_NOT_REPEATABLE]: restart.onEscalate lets the pipeline begin anew, and sink "b" does not replace its output: records would stand there twice.
      at   /jobs/job.yaml:3:54  pipeline.sinks.b.file
      next Set onEscalate: fail, or write to a sink that replaces its output, such as file with mode replace.
    error[CFG_NOT_REPEATABLE]: restart.onEscalate lets the pipeline begin anew, and sink "c" does not replace its output: records would stand there twice.
      at   /jobs/job.yaml:3:114  pipeline.sinks.c.file
      next Set onEscalate: fail, or write to a sink that replaces its output, such as file with mode replace.
    error[CFG_NOT_REPEATABLE]: restart.onEscalate lets the pipeline begin anew, and sink "deadLetter" does not replace its output: records would stand there twice.
      at   /jobs/job.yaml:4:17  pipeline.deadLetter.file
      next Set onEscalate: fail, or write to a sink that replaces its output, such as file with mode replace."
  `)
})
