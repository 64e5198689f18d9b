import { expect, it } from 'vitest'
import type { Simulation } from '../simulate/simulate.ts'
import { explore } from './explore.ts'

/** Sends 1..items through a stage that is restarted; `keeps` queues a failing item again. */
function pipeline(sim: Simulation): { readonly sent: number[]; readonly got: number[] } {
  const items = 1 + sim.amount(19)
  const sent = Array.from({ length: items }, (_, index) => index + 1)
  const got: number[] = []
  const sink = sim.spawn<number>({
    id: 'sink',
    restart: 'permanent',
    create: () => ({ receive: (item) => void got.push(item) }),
  })
  const stage = sim.spawn<number>({
    id: 'stage',
    restart: 'permanent',
    create: () => ({ receive: (item) => sink.tell(item) }),
  })
  for (const item of sent) stage.tell(item)
  return { sent, got }
}

it('finds a planted loss and shrinks it to one item and one fault', async () => {
  const report = await explore(pipeline, {
    name: 'pipeline',
    faults: { crashInHandler: 0.02, slowHandler: 0.02, messageDelay: 0.02 },
    faultsIn: (path) => path !== 'sim/sink',
    always: { 'all items arrive': ({ sent, got }) => got.length >= sent.length },
  })

  expect(report.failure).toMatchObject({
    check: 'always "all items arrive"',
    isRepeatable: true,
  })
  expect(report.failure?.choices).toEqual([0, 0, 1])
  expect(report.failure?.diagram).toMatchInlineSnapshot(`
    "sequenceDiagram
      participant a0 as sink
      participant a1 as stage
      participant a2 as outside
      Note over a0: start
      Note over a1: start
      a2->>a1: 1
      Note over a1: fault crashInHandler
      Note over a1: deadLetter failed 1
      Note over a1: restart The simulation made sim/stage fail: crashInHandler."
  `)
  expect(report.failure?.command).toMatchInlineSnapshot(
    `"MILLRACE_REPLAY='pipeline:13:0*2.1' npx vitest run packages/testkit/src/explore/explore.test.ts"`,
  )
})
