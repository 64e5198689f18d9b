import type { ActorRef } from '@millrace/core'
import { expect, it } from 'vitest'
import { type Simulation, simulate } from './simulate.ts'

/** An actor that notes its messages with their time. */
function noting(
  sim: Simulation,
  id: string,
): { readonly ref: ActorRef<string>; readonly notes: string[] } {
  const notes: string[] = []
  const ref = sim.spawn<string>({
    id,
    restart: 'permanent',
    create: () => ({ receive: (text) => void notes.push(`${text} at ${sim.elapsedMs}`) }),
  })
  return { ref, notes }
}

/** An actor that hands on what it gets. */
function passing(sim: Simulation, id: string, to: ActorRef<string>): ActorRef<string> {
  return sim.spawn<string>({ id, create: () => ({ receive: (text) => to.tell(text) }) })
}

it('runFor runs what becomes due in time, and no more', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'a')
  sim.runtime.timer(10, () => ref.tell('ten'))
  sim.runtime.timer(20, () => ref.tell('twenty'))

  await sim.runFor(15)

  expect(notes).toEqual(['ten at 10'])
  expect(sim.elapsedMs).toBe(15)
})

it('advance moves the clock at once: what was due comes late', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'a')
  sim.runtime.timer(10, () => ref.tell('ten'))

  sim.advance(50)
  await sim.runUntilIdle()

  expect(notes).toEqual(['ten at 50'])
})

it('runUntil stops as soon as it is so, and says what did not come', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'a')
  sim.runtime.timer(10, () => ref.tell('ten'))
  sim.runtime.timer(20, () => ref.tell('twenty'))

  await sim.runUntil(() => notes.length === 1)

  expect(sim.elapsedMs).toBe(10)
  await expect(
    sim.runUntil(() => notes.length === 3, { within: 100, what: 'A third note' }),
  ).rejects.toThrow('A third note did not come within 100 ms of virtual time; 3 turns were taken.')
})

it('crashes an actor by path or reference', async () => {
  const sim = simulate()
  const { ref } = noting(sim, 'a')
  const causes: string[] = []
  sim.system.events.on('restarted', ({ cause }) => causes.push(String(cause)))
  await sim.runUntilIdle()

  sim.crash('a')
  await sim.runUntilIdle()
  sim.crash(ref)
  await sim.runUntilIdle()

  expect(causes).toEqual([
    'MillraceError: The simulation made sim/a fail: crash.',
    'MillraceError: The simulation made sim/a fail: crash.',
  ])
  expect(() => sim.crash('b')).toThrow('There is no actor sim/b in this simulation.')
})

it('gives a paused actor no turn; its messages wait', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'a')
  const other = noting(sim, 'b')
  sim.pause('a')
  ref.tell('one')
  other.ref.tell('two')
  await sim.runUntilIdle()

  expect([notes, other.notes]).toEqual([[], ['two at 0']])

  sim.resume(ref)
  await sim.runUntilIdle()

  expect(notes).toEqual(['one at 0'])
})

it('holds messages between two actors and delivers them in order', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'target')
  const from = passing(sim, 'from', ref)
  const free = passing(sim, 'free', ref)
  sim.hold(from, ref)
  from.tell('one')
  from.tell('two')
  free.tell('three')
  await sim.runUntilIdle()

  expect(notes).toEqual(['three at 0'])

  sim.release('from', 'target')
  await sim.runUntilIdle()

  expect(notes).toEqual(['three at 0', 'one at 0', 'two at 0'])
})

it('holds what the test itself sends', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'target')
  sim.hold('outside', ref)
  ref.tell('one')
  await sim.runUntilIdle()

  expect(notes).toEqual([])

  sim.release('outside', ref)
  await sim.runFor(1)

  expect(notes).toEqual(['one at 0'])
})

it('loses what crosses a partition until it heals', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'target')
  const from = passing(sim, 'from', ref)
  sim.partition('from', 'target')
  from.tell('lost')
  await sim.runUntilIdle()
  sim.heal()
  from.tell('found')
  await sim.runUntilIdle()

  expect(notes).toEqual(['found at 0'])
})

it('lets asynchronous handlers go on before the next choice', async () => {
  const sim = simulate({ seed: 4 })
  const trace: string[] = []
  for (const id of ['a', 'b', 'c']) {
    const ref = sim.spawn<number>({
      id,
      create: () => ({
        async receive(item) {
          trace.push(`${id}${item} begins`)
          await Promise.resolve()
          await Promise.resolve()
          trace.push(`${id}${item} ends`)
        },
      }),
    })
    ref.tell(1)
    ref.tell(2)
  }

  await sim.runUntilIdle()

  const ends = trace.filter((_, index) => index % 2 === 1)
  expect(
    trace.filter((_, index) => index % 2 === 0).map((line) => line.replace('begins', 'ends')),
  ).toEqual(ends)
})

it('knows the sender behind an await, also when another actor woke it', async () => {
  const sim = simulate()
  const { ref, notes } = noting(sim, 'target')
  const answering = sim.spawn<(value: string) => void>({
    id: 'answering',
    create: () => ({ receive: (reply) => reply('answer') }),
  })
  const asking = sim.spawn<string>({
    id: 'asking',
    create: () => ({
      async receive() {
        ref.tell(await answering.ask<string>((reply) => reply, { timeoutMs: 100 }))
      },
    }),
  })
  asking.tell('go')
  await sim.runUntilIdle()

  expect(notes).toEqual(['answer at 0'])
  expect(sim.trace.find(({ kind, actor }) => kind === 'send' && actor === 'sim/target')?.from).toBe(
    'sim/asking',
  )
})

it('gives up on a system that never rests, and names the busiest', async () => {
  const sim = simulate({ maxTurns: 500 })
  const loop: ActorRef<string> = sim.spawn<string>({
    id: 'loop',
    create: () => ({ receive: (text) => loop.tell(text) }),
  })
  loop.tell('again')

  await expect(sim.runUntilIdle()).rejects.toThrow(
    'The simulation did not come to rest within 500 turns; sim/loop took 501 of them.',
  )
})

it('traces what led to what', async () => {
  const sim = simulate()
  const { ref } = noting(sim, 'target')
  passing(sim, 'from', ref).tell('x')
  await sim.runUntilIdle()

  const causes = sim.trace.map(({ kind, actor, cause }) => ({ kind, actor, cause }))
  expect(causes.filter(({ kind }) => kind === 'send' || kind === 'receive')).toEqual([
    { kind: 'send', actor: 'sim/from', cause: undefined },
    { kind: 'receive', actor: 'sim/from', cause: 0 },
    { kind: 'send', actor: 'sim/target', cause: 3 },
    { kind: 'receive', actor: 'sim/target', cause: 4 },
  ])
})

it('refuses times that are none, and to pause an actor that is not there', async () => {
  const sim = simulate()
  noting(sim, 'target')

  expect(() => sim.advance(Number.NaN)).toThrow('advance is NaN, not a number of at least 0.')
  expect(() => sim.advance(-5)).toThrow('advance is -5, not a number of at least 0.')
  expect(() => sim.jumpClock(Infinity)).toThrow('jumpClock is Infinity, not a number.')
  await expect(sim.runFor(Infinity)).rejects.toThrow('runFor is Infinity, not a number')
  expect(() => sim.pause('traget')).toThrow('There is no actor sim/traget in this simulation.')
  expect(sim.elapsedMs).toBe(0)
})

it('refuses ways between actors that are not there', () => {
  const sim = simulate()
  noting(sim, 'target')
  const refusal = expect.objectContaining({
    code: 'TST_NO_ACTOR',
    message: 'There is no actor sim/traget in this simulation.',
    hint: 'Known: sim/target.',
  })

  expect(() => sim.hold('traget', 'target')).toThrow(refusal)
  expect(() => sim.hold('outside', 'traget')).toThrow(refusal)
  expect(() => sim.release('target', 'traget')).toThrow(refusal)
  expect(() => sim.partition('traget', 'target')).toThrow(refusal)
  expect(() => sim.partition('target', 'traget')).toThrow(refusal)
  expect(() => sim.resume('traget')).toThrow(refusal)
})
