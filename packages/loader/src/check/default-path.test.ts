import { expect, it } from 'vitest'
import { load } from './faults.test-support.ts'

it('a path that is a default begins at the job file, wherever the shell stands', async () => {
  const text = 'pipeline:\n  source: { generate: 1 }\n  sink: { stream: orders }\n'

  const { faults, values } = await load(text)

  expect(faults).toEqual([])
  expect(values.find(({ path }) => path.endsWith('.dir'))?.value).toBe('/jobs/.millrace/streams')
})
