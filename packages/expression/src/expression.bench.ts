import { test } from 'vitest'
import { compileExpression } from './index.ts'

const origins = ['SFO', 'JFK', 'ORD', 'ATL']
const flights = Array.from({ length: 1000 }, (_, index) => ({
  date: '2001/01/01 00:47',
  delay: (index * 7) % 60,
  distance: 100 + index,
  origin: origins[index % 4],
  customer: { name: 'x', country: 'DE' },
  tags: ['a', 'b', 'c'],
}))
const context = { timestamp: 978_310_020_000 }

/** One round tests 1,000 records: 30,000 rounds per second are 30 M evaluations per second. */
function round(text: string): () => void {
  const expression = compileExpression(text)
  return () => {
    for (const flight of flights) expression.test(flight, context)
  }
}

test('1,000 records', async ({ bench }) => {
  const texts = [
    "delay > 15 && origin == 'SFO'",
    "customer.country == 'DE'",
    'delay / 60 > 0.5',
    "tags.exists(tag, tag == 'c')",
    "hourOfDay(eventTime(), 'Europe/Berlin') < 6",
  ] as const
  const [first, second, third, fourth, fifth] = texts
  await bench.compare(
    bench(first, round(first)),
    bench(second, round(second)),
    bench(third, round(third)),
    bench(fourth, round(fourth)),
    bench(fifth, round(fifth)),
    { time: 200 },
  )
})
