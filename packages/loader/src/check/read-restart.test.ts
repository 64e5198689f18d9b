import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import type { LoadOptions } from '../load-spec.ts'
import { load as loadText } from './faults.test-support.ts'

const load = (restart: string, options: Partial<LoadOptions> = {}) => {
  const text = [
    'pipeline:',
    `  source: { file: a.jsonl, restart: ${restart} }`,
    '  stages:',
    '    - filter: a',
    `      restart: ${restart}`,
    `  sink: { file: b.jsonl, restart: ${restart} }`,
  ].join('\n')
  return loadText(text, options)
}

describe('restart', () => {
  it('of a source, a stage and a sink says whether and when it is started again', async () => {
    const backoff = '{ min: 1s, max: 1m, factor: 3, jitter: 0, resetAfter: 5m }'
    const { spec } = await load(`{ type: transient, backoff: ${backoff} }`)

    const restart = {
      type: 'transient',
      backoff: { minMs: 1000, maxMs: 60_000, factor: 3, jitter: 0, resetAfterMs: 300_000 },
    }
    expect(spec?.sources[0]?.restart).toEqual(restart)
    expect(spec?.stages[0]?.restart).toEqual(restart)
    expect(spec?.sinks[0]?.restart).toEqual(restart)
  })

  it('has defaults, which the values show', async () => {
    const { spec, values } = await load('{ backoff: 2s }')
    const empty = await load('{}')

    expect(spec?.stages[0]?.restart?.backoff).toEqual({
      minMs: 2000,
      maxMs: 2000,
      factor: 1,
      jitter: 0,
    })
    expect(values.find(({ path }) => path === 'stages.filter.restart.type')).toMatchObject({
      value: 'transient',
      origin: 'default',
    })
    expect(empty.spec?.stages[0]?.restart?.backoff).toEqual({
      minMs: 100,
      maxMs: 30_000,
      factor: 2,
      jitter: 0.2,
    })
  })

  it('is not the one of the pipeline, and nothing is permanent', async () => {
    const faults = (await load('{ intensity: 3, type: permanent }')).faults.map(renderError)

    expect(faults.slice(0, 2).join('\n')).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "intensity" in "restart".
        at   /jobs/job.yaml:2:39  pipeline.source.restart.intensity
        next The keys are: type, backoff.
      error[CFG_TYPE]: "restart.type" must be one of transient, temporary; got permanent.
        at   /jobs/job.yaml:2:59  pipeline.source.restart.type
        next Write transient: it is started again after a failure; what has come to its end is not."
    `)
  })

  it('can be set from outside', async () => {
    const { spec } = await load('{ type: temporary }', {
      set: [{ path: 'stages.filter.restart.backoff.min', value: '3s' }],
      env: { MILLRACE_SOURCE__RESTART__BACKOFF__RESETAFTER: '9s' },
    })

    expect(spec?.stages[0]?.restart).toMatchObject({ type: 'temporary', backoff: { minMs: 3000 } })
    expect(spec?.sources[0]?.restart?.backoff?.resetAfterMs).toBe(9000)
  })

  it('is explained', async () => {
    const transient = await load('{ backoff: 2s }')
    const temporary = await load('{ type: temporary }')

    const said = ({ plan }: typeof transient) => plan?.nodes.map(({ fates }) => fates.at(-1))
    expect(said(transient)).toEqual([
      'A read that fails is taken up where it was, 2s apart.',
      'A start that fails is tried again, 2s apart.',
      'A write that fails ends the job.',
    ])
    expect(said(temporary)).toEqual([
      'A read that fails ends the job.',
      'A start that fails ends the job.',
      'A write that fails ends the job.',
    ])
  })
})
