import { execSync } from 'node:child_process'
import { getRandomValues, randomBytes, randomUUID } from 'node:crypto'
import fs, { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { uptime } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

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
  ['process.uptime', () => process.uptime(), 'process.uptime'],
  ['an imported uptime', () => uptime(), 'process.uptime'],
  ['an imported randomUUID', () => randomUUID(), 'crypto.randomUUID'],
  [
    'an imported getRandomValues',
    () => getRandomValues(new Uint8Array(1)),
    'crypto.getRandomValues',
  ],
  ['an imported randomBytes', () => randomBytes(1), 'crypto.randomBytes'],
  ['an imported readFileSync', () => readFileSync('/nowhere'), 'fs.readFileSync'],
  ['an imported existsSync', () => existsSync('/nowhere'), 'fs.existsSync'],
  ['fs.statSync', () => fs.statSync('/nowhere'), 'fs.statSync'],
  ['an imported execSync', () => execSync('true'), 'child_process.execSync'],
  [
    'a file',
    () => void readFile('/nowhere').catch(() => undefined),
    'Input or output (FSREQPROMISE)',
  ],
  ['a timer that was imported', () => void sleep(1), 'A timer (Timeout)'],
  ['a time limit', () => AbortSignal.timeout(1), 'A timer (Timeout)'],
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

it.each([
  ['create', (go: () => Promise<void>) => ({ create: () => go().then(() => ({ receive() {} })) })],
  ['a handler', (go: () => Promise<void>) => ({ create: () => ({ receive: () => go() }) })],
  [
    'a handler of batches',
    (go: () => Promise<void>) => ({
      mailbox: { batch: 2 },
      create: () => ({ receive() {}, receiveBatch: () => go() }),
    }),
  ],
])('catches it behind an await of %s that is no async function', async (_, partsOf) => {
  const sim = simulate()
  const actor = sim.spawn<string>({
    id: 'sly',
    ...partsOf(async () => {
      await sim.sleep(5)
      Math.random()
    }),
  })
  actor.tell('go')

  await expect(sim.runUntilIdle()).rejects.toThrow('Math.random was used by sim/sly')
})

it('knows who sends behind an await, whatever kind of function it stands in', async () => {
  const sim = simulate()
  const sink = sim.spawn<string>({ id: 'sink', create: () => ({ receive: () => undefined }) })
  const answer = async (): Promise<void> => {
    await sim.sleep(5)
    sink.tell('hello')
  }
  const actor = sim.spawn<string>({ id: 'source', create: () => ({ receive: () => answer() }) })
  actor.tell('go')

  await sim.runUntilIdle()

  const sent = sim.trace.filter(({ kind }) => kind === 'send').map((entry) => entry.from)
  expect(sent).toEqual(['outside', 'sim/source'])
})

it('leaves the globals as they were', async () => {
  const world = () => [setTimeout, Date, Math.random, performance.now, fetch, randomUUID, uptime]
  const before = world()
  const sim = simulate()
  sim.spawn({ id: 'a', create: () => ({ receive: () => undefined }) })

  await sim.runUntilIdle()

  expect(world()).toEqual(before)
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
  expect(existsSync(import.meta.filename)).toBe(true)
  expect(randomUUID()).not.toBe(randomUUID())
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
