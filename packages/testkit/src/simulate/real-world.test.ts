import { readFile } from 'node:fs/promises'

import { expect, it } from 'vitest'
import { simulate } from './simulate.ts'

const doors: readonly [string, () => unknown, string][] = [
  ['setTimeout', () => setTimeout(() => undefined, 1), 'setTimeout'],
  ['setInterval', () => setInterval(() => undefined, 1), 'setInterval'],
  ['setImmediate', () => setImmediate(() => undefined), 'setImmediate'],
  ['Math.random', () => Math.random(), 'Math.random'],
  ['Date.now', () => Date.now(), 'Date.now'],
  ['Date as a function', () => Date(), 'Date()'],
  ['process.hrtime', () => process.hrtime(), 'process.hrtime'],
  ['process.hrtime.bigint', () => process.hrtime.bigint(), 'process.hrtime.bigint'],
  ['new Date()', () => new Date(), 'new Date()'],
  ['performance.now', () => performance.now(), 'performance.now'],
  ['crypto.randomUUID', () => crypto.randomUUID(), 'crypto.randomUUID'],
  [
    'a file',
    () => void readFile('/nowhere').catch(() => undefined),
    'Input or output (FSREQPROMISE)',
  ],
]

it.each(doors)('catches %s in a handler and names the actor', async (_, use, what) => {
  const sim = simulate()
  const actor = sim.spawn<string>({ id: 'careless', create: () => ({ receive: () => void use() }) })
  actor.tell('go')

  await expect(sim.runUntilIdle()).rejects.toMatchObject({
    code: 'TST_REAL',
    message: `${what} was used by sim/careless inside a simulation, so it cannot be repeated.`,
  })
})

it('catches it behind an await and where the handler swallows the error', async () => {
  const sim = simulate()
  const actor = sim.spawn<string>({
    id: 'sly',
    create: () => ({
      async receive() {
        await sim.sleep(5)
        try {
          Math.random()
        } catch {
          // Swallowed.
        }
      },
    }),
  })
  actor.tell('go')

  await expect(sim.runUntilIdle()).rejects.toThrow('Math.random was used by sim/sly')
})

it('leaves the globals as they were', async () => {
  const before = [setTimeout, Date, Math.random, performance.now, fetch]
  const sim = simulate()
  sim.spawn({ id: 'a', create: () => ({ receive: () => undefined }) })

  await sim.runUntilIdle()

  expect([setTimeout, Date, Math.random, performance.now, fetch]).toEqual(before)
})

it('lets the test itself use clocks, and a handler dates of its own', async () => {
  const sim = simulate()
  const years: number[] = []
  const actor = sim.spawn<number>({
    id: 'a',
    create: () => ({ receive: (ms) => void years.push(new Date(ms).getUTCFullYear()) }),
  })
  actor.tell(0)
  const running = sim.runUntilIdle()

  expect(Date.now()).toBeGreaterThan(0)
  await running
  expect(years).toEqual([1970])
})

it('catches what goes on after the last turn', async () => {
  const sim = simulate()
  const actor = sim.spawn<string>({
    id: 'late',
    create: () => ({
      async receive() {
        await Promise.resolve()
        Date.now()
      },
    }),
  })
  actor.tell('go')

  await expect(sim.runUntilIdle()).rejects.toThrow('Date.now was used by sim/late')
})
