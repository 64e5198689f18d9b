import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef, Overflow } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createRecorder } from './recorder.test-support.ts'
import { createActorSystem } from './system.ts'

const send = fc.record({
  kind: fc.constant('send' as const),
  to: fc.nat({ max: 2 }),
  lane: fc.constantFrom('user' as const, 'user' as const, 'control' as const),
})
const step = fc.oneof(
  { weight: 8, arbitrary: send },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('run' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('stop' as const), to: fc.nat({ max: 2 }) }),
  },
)

it('keeps order per lane and gives every message exactly one fate, over crashes, overflow and stops', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.constantFrom<Overflow>('dropOldest', 'dropNewest', 'fail'),
      fc.integer({ min: 2, max: 9 }),
      (steps, overflow, crashEvery) => {
        const runtime = createManualRuntime()
        const system = createActorSystem({ runtime })
        const handled: string[] = []
        const dead: string[] = []
        const dropped: string[] = []
        system.events.on('deadLetter', (letter) => dead.push(String(letter.message)))
        system.events.on('overflow', (loss) => dropped.push(String(loss.message)))
        const actors: ActorRef<string>[] = [0, 1, 2].map((index) =>
          system.spawn<string>({
            id: `a${index}`,
            restart: 'permanent',
            mailbox: { capacity: 3, overflow },
            create: () => ({
              receive(message) {
                if (Number(message.split('-')[2]) % crashEvery === 0) throw new Error(message)
                handled.push(message)
              },
            }),
          }),
        )
        const sent: string[] = []

        for (const [index, action] of steps.entries()) {
          if (action.kind === 'run') runtime.runUntilIdle()
          else if (action.kind === 'stop') void actors[action.to]?.stop()
          else {
            const message = `${action.to}-${action.lane}-${index + 1}`
            sent.push(message)
            actors[action.to]?.tell(message, action.lane)
          }
        }
        runtime.runUntilIdle()

        expect([...handled, ...dead, ...dropped].toSorted()).toEqual(sent.toSorted())
        for (const prefix of ['0-user', '0-control', '1-user', '1-control', '2-user']) {
          const ofOneLane = (list: string[]) => list.filter((text) => text.startsWith(prefix))
          const order = new Map(sent.map((message, position) => [message, position]))
          const positions = ofOneLane(handled).map((message) => order.get(message) ?? 0)
          expect(positions).toEqual(positions.toSorted((a, b) => a - b))
        }
      },
    ),
    { numRuns: 200 },
  )
})

it.each([
  ['dropOldest', ['c', 'd'], ['a', 'b']],
  ['dropNewest', ['a', 'b'], ['c', 'd']],
] as const)('holds no more than its capacity: %s', (overflow, kept, lost) => {
  const { actor, runtime, seen, system } = createRecorder({ mailbox: { capacity: 2, overflow } })
  const dropped: unknown[] = []
  system.events.on('overflow', (loss) => dropped.push(loss.message))

  for (const message of ['a', 'b', 'c', 'd']) actor.tell(message)
  runtime.runUntilIdle()

  expect(seen).toEqual(kept)
  expect(dropped).toEqual(lost)
})

it('takes control messages before user messages and does not count them against the capacity', () => {
  const { actor, runtime, seen } = createRecorder({ mailbox: { capacity: 1 } })

  actor.tell('user')
  actor.tell('first', 'control')
  actor.tell('second', 'control')
  runtime.runUntilIdle()

  expect(seen).toEqual(['first', 'second', 'user'])
})

it('fails the actor whose mailbox is full when asked to', () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const ends: unknown[] = []
  system.events.on('stopped', (end) => ends.push((end.cause as Error).message))
  const actor = system.spawn<string>({
    id: 'a',
    mailbox: { capacity: 1, overflow: 'fail' },
    create: () => ({ receive() {} }),
  })
  runtime.runUntilIdle()

  actor.tell('fits')
  actor.tell('does not')
  runtime.runUntilIdle()

  expect(ends).toEqual(['The mailbox of actor millrace/a holds no more than 1 messages.'])
  expect(actor.isAlive()).toBe(false)
})

it.each([0, 1.5])('refuses a capacity of %s: messages are counted whole', (capacity) => {
  const system = createActorSystem({ runtime: createManualRuntime() })

  expect(() =>
    system.spawn({ id: 'a', mailbox: { capacity }, create: () => ({ receive() {} }) }),
  ).toThrow(
    `The specification of actor "a" is wrong: mailbox.capacity must be a whole number of at least 1; got ${capacity}.`,
  )
})
