import { pipeline } from '@millrace/job'
import { expect, it } from 'vitest'

it('says what became of each record', async () => {
  const flow = pipeline('prices')
    .input<{ price: number }>()
    .filter(({ price }) => price > 0)
    .through(({ price }) => ({ gross: price * 1.19 }))

  const open = flow.job().open()

  expect(await open.execute({ price: 100 })).toEqual({ fate: 'used', results: [{ gross: 119 }] })
  expect(await open.execute({ price: -1 })).toMatchObject({ fate: 'filtered' })

  expect(await open.push({ price: 200 })).toBe(true)
  const summary = await open.drain()

  expect(summary.state).toBe('completed')
  expect(open.latest()).toEqual({ value: { gross: 238 } })
  const results: unknown[] = []
  for await (const result of open.results) results.push(result)
  expect(results).toEqual([{ gross: 238 }])
})
