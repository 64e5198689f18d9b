import { expect, it, vi } from 'vitest'
import type { Simulation } from '../simulate/simulate.ts'
import { explore } from './explore.ts'
import type { Scenario } from './run-scenario.ts'

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

it('passes a scenario that keeps its promises, and says what struck', async () => {
  const report = await explore(pipeline, {
    seeds: 50,
    firstSeed: 100,
    faults: { slowHandler: 0.1, messageDelay: 0.1 },
    invariants: { 'nothing comes twice': ({ got }) => new Set(got).size === got.length },
    always: { 'all in order': ({ sent, got }) => expect(got).toEqual(sent) },
    sometimes: { 'many items': ({ sent }) => sent.length > 10 },
  })

  report.verify()
  expect(report).toMatchObject({ runs: 50, firstSeed: 100, failure: undefined })
  expect(report.faults.slowHandler).toBeGreaterThan(10)
  expect(report.sometimes['many items']).toBeGreaterThan(10)
})

it('stops at the turn that breaks an invariant', async () => {
  const report = await explore(pipeline, {
    invariants: { 'at most two': ({ got }) => got.length <= 2 },
  })

  expect(report.failure?.check).toBe('invariant "at most two"')
  // Three items, and nothing after the third.
  expect(report.failure?.choices).toEqual([2])
  expect(report.failure?.trace.filter(({ actor }) => actor === 'sim/sink').at(-1)?.message).toBe(3)
})

it('asks of a living system that it recovers once faults are over', async () => {
  const scenario = (recovers: boolean) => (sim: Simulation) => {
    const world = { isServing: false }
    const server = sim.spawn<string>({
      id: 'server',
      restart: 'permanent',
      create: (context) => {
        context.timers.every('beat', 1000, 'beat')
        return {
          receive() {
            world.isServing = recovers || sim.elapsedMs < 5000
          },
        }
      },
    })
    server.tell('begin')
    return world
  }
  const checks = {
    seeds: 5,
    forMs: 10_000,
    faults: { slowHandler: 0.2, clockJump: 0.2 },
    liveness: { 'it serves': ({ isServing }: { isServing: boolean }) => isServing },
    within: 3000,
  }

  const good = await explore(scenario(true), checks)
  const bad = await explore(scenario(false), checks)

  expect(good.failure).toBeUndefined()
  expect(bad.failure?.check).toBe('liveness "it serves"')
  expect(bad.failure?.error).toMatchObject({
    message: 'liveness "it serves" did not come within 3000 ms without faults.',
  })
})

it.each(['invariants', 'always', 'sometimes', 'liveness'] as const)(
  'a check among %s that gives a promise breaks, for a promise is never false',
  async (kind) => {
    const scenario: Scenario<number> = (sim) => {
      sim.spawn<string>({ id: 'a', create: () => ({ receive() {} }) }).tell('go')
      return 1
    }

    const report = await explore(scenario, { seeds: 1, [kind]: { late: async () => true } })

    expect(report.failure?.check).toContain('"late"')
    expect(report.failure?.error).toMatchObject({
      code: 'TST_OPTION',
      message: 'A check is asynchronous, not a plain function.',
    })
  },
)

it('fails where the scenario never gets to what it is about', async () => {
  const report = await explore(pipeline, { seeds: 5, sometimes: { 'a hundred': () => false } })

  expect(() => report.verify()).toThrow('scenario: "a hundred" was true in none of 5 runs.')
})

it('repeats the run that the environment names, and only that', async () => {
  vi.stubEnv('MILLRACE_REPLAY', 'pipeline:13:0*2.1')
  try {
    const report = await explore(pipeline, {
      name: 'pipeline',
      faults: { crashInHandler: 0.02, slowHandler: 0.02, messageDelay: 0.02 },
      faultsIn: (path) => path !== 'sim/sink',
      always: { 'all items arrive': ({ sent, got }) => got.length >= sent.length },
    })

    expect(report.runs).toBe(1)
    expect(report.failure).toMatchObject({ seed: 13, check: 'always "all items arrive"' })
    expect(() => report.verify()).toThrow(
      'pipeline: always "all items arrive" broke: always "all items arrive" is false.',
    )
  } finally {
    vi.unstubAllEnvs()
  }
})

it('says when a failing run cannot be repeated', async () => {
  let runs = 0
  const report = await explore(pipeline, { always: { once: () => ++runs > 1 } })

  expect(report.failure?.isRepeatable).toBe(false)
  expect(() => report.verify()).toThrow(
    expect.objectContaining({
      hint: 'The same choices gave another run: find what is not under control with checkDeterminism.',
    }),
  )
})

it('runs for real minutes where it is told to, at least one seed', async () => {
  const report = await explore(pipeline, { minutes: 0 })

  expect(report.runs).toBe(1)
})

it('takes how many seeds, and which, from the environment', async () => {
  vi.stubEnv('MILLRACE_SEEDS', '7')
  vi.stubEnv('MILLRACE_FIRST_SEED', '4000')
  try {
    const report = await explore(pipeline, { seeds: 1 })

    expect(report).toMatchObject({ runs: 7, firstSeed: 4000 })
  } finally {
    vi.unstubAllEnvs()
  }
})
