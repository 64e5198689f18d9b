import { expect, it } from 'vitest'
import { simulate } from './simulate.ts'
import { renderMessage, renderTrace } from './trace.ts'

it('shows actors in messages as their path, and cuts long messages', () => {
  const ref = simulate().spawn<string>({ id: 'a', create: () => ({ receive: () => undefined }) })

  expect(renderMessage({ item: 1, from: ref })).toBe('{ item: 1, from: <sim/a> }')
  expect(renderMessage('x'.repeat(100))).toBe(`'${'x'.repeat(56)}...`)
})

it('writes one event a line, with the line that caused it', async () => {
  const sim = simulate({ faults: { crashInHandler: 1 }, faultsIn: (path) => path === 'sim/b' })
  const b = sim.spawn<string>({ id: 'b', create: () => ({ receive: () => undefined }) })
  const a = sim.spawn<string>({ id: 'a', create: () => ({ receive: (text) => b.tell(text) }) })
  sim.runtime.timer(5, () => a.tell('x'))
  await sim.runUntilIdle()

  expect(renderTrace(sim.trace)).toMatchInlineSnapshot(`
    "0 +0ms start sim/b
    1 +0ms start sim/a
    2 +5ms time
    3 +5ms send outside -> sim/a 'x'
    4 +5ms receive outside -> sim/a 'x' (of 3)
    5 +5ms send sim/a -> sim/b 'x' (of 4)
    6 +5ms receive sim/a -> sim/b 'x' (of 5)
    7 +5ms fault sim/b crashInHandler (of 6)
    8 +5ms deadLetter sim/b 'x' failed (of 6)
    9 +5ms stop sim/b The simulation made sim/b fail: crashInHandler. (of 6)"
  `)
})
