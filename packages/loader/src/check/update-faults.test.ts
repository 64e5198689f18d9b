import { describe, expect, it } from 'vitest'
import { faultsOf } from './faults.test-support.ts'

function text(emit: string, reader: string): string {
  return [
    'pipeline:',
    '  source: { file: a.jsonl }',
    '  stages:',
    '    - aggregate: { aggregate: { n: count() }, emit: ' + emit + ' }',
    '      by: k',
    '    - map: { set: { n: n } }',
    `    - ${reader}`,
    '  sink: { file: x.jsonl }',
  ].join('\n')
}

describe('results that replace earlier ones', () => {
  it('are refused where a stage would count both, also behind one that hands them on', async () => {
    const total = 'aggregate: { aggregate: { total: sum(n) } }'

    expect(await faultsOf(text('update', total))).toBe(
      [
        'error[CFG_UPDATES]: "aggregate-2" takes each record for one of its own, but "map" gives results that replace earlier ones.',
        '  at   /jobs/job.yaml:7:31  pipeline.stages[2].aggregate.aggregate',
        '  next Let "map" give one result each (emit: final, or end), or let "aggregate-2" read something else.',
      ].join('\n'),
    )
    expect(await faultsOf(text('end', total))).toBe('')
  })

  it('may go to a stage that looks at one record alone, and to a sink', async () => {
    expect(await faultsOf(text('update', 'filter: n > 3'))).toBe('')
  })
})
