import { aggregate } from '@millrace/aggregate'
import { filter } from '@millrace/filter'
import { expect, it } from 'vitest'
import { pipeline } from './pipeline.ts'

it('a job built in code says in its summary which fields no record had', async () => {
  const run = pipeline('delays')
    .input<{ delay: number; origin: string }>()
    .stage(filter, { where: 'delay > 15 || dealy > 0 || has(dest)' })
    .stage(aggregate, { aggregate: { mean: 'mean(delay)' } }, { by: ['origin', 'zone'] })
    .through((result) => result, { by: 'maen' })
    .job()
    .run([{ delay: 20, origin: 'SFO' }])
  const results: unknown[] = []

  for await (const result of run) results.push(result)
  const { warnings } = await run

  expect(results).toEqual([{ origin: 'SFO', zone: null, mean: 20 }])
  expect(warnings).toEqual([
    'No record that reaches "filter" has a field "dealy" (1 record seen). Did you mean "delay"? A missing field is null; ask with has() where it may be missing.',
    'No record that reaches "aggregate" has a field "zone" (1 record seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
    'No record that reaches "function" has a field "maen" (1 record seen). Did you mean "mean"? A missing field is null; ask with has() where it may be missing.',
  ])
})
