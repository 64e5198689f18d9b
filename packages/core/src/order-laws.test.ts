import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef, Lane, Overflow } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { type Runnable, RunQueue } from './run-queue.ts'
import { createActorSystem } from './system.ts'
import { tapOf } from './lifecycle-tap.ts'

interface Numbered {
  readonly from: number
  readonly number: number
  readonly lane: Lane
  readonly rank: number
}

it('law 27: messages of one sender keep their order per lane, system comes before control before user, equal ranks in order', () => {
  const sending = fc.record({
    from: fc.nat({ max: 2 }),
    lane: fc.constantFrom<Lane>('system', 'control', 'user', 'user'),
    rank: fc.constantFrom(-Infinity, 0, 1),
  })
  fc.assert(
    fc.property(fc.array(sending, { maxLength: 40 }), fc.boolean(), (sendings, isRanked) => {
      const runtime = createManualRuntime()
      const system = createActorSystem({ runtime })
      const seen: Numbered[] = []
      const sent = sendings.map((each, number): Numbered => ({ ...each, number }))
      const doomed = sent.map(({ number }) =>
        system.spawn({ id: `doomed${number}`, create: () => ({ receive() {} }) }),
      )
      const receiver = system.spawn<Numbered>({
        id: 'receiver',
        mailbox: isRanked ? { priority: (message) => message.rank } : {},
        create: (context) => {
          for (const message of sent) {
            const ref = doomed[message.number]
            if (ref !== undefined && message.lane === 'system') context.watchWith(ref, message)
          }
          return {
            receive(message) {
              seen.push(message)
            },
          }
        },
      })
      runtime.runUntilIdle()
      // One turn sends everything, so that all of it waits before any of it is handled.
      const sender = system.spawn<'go'>({
        id: 'sender',
        create: () => ({
          receive() {
            for (const message of sent) {
              if (message.lane === 'system') void doomed[message.number]?.stop()
              else receiver.tell(message, message.lane)
            }
          },
        }),
      })

      sender.tell('go')
      runtime.runUntilIdle()

      const order: Lane[] = ['system', 'control', 'user']
      const rankOf = ({ lane, rank }: Numbered) => (isRanked && lane === 'user' ? rank : 0)
      const byHand = (lane: Lane) => sent.filter((message) => message.lane === lane)
      const urgent = order.slice(1).flatMap(byHand)
      const expected = urgent.toSorted(
        (a, b) =>
          order.indexOf(a.lane) - order.indexOf(b.lane) ||
          (rankOf(a) < rankOf(b) ? -1 : rankOf(a) > rankOf(b) ? 1 : a.number - b.number),
      )
      expect(seen.filter(({ lane }) => lane !== 'system')).toEqual(expected)
      expect(seen.filter(({ lane }) => lane === 'system')).toEqual(byHand('system'))
    }),
    { numRuns: 200 },
  )
})

it('law 27: a priority lane never starves system: a notice comes next, however much waits', () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const seen: string[] = []
  const target = system.spawn({ id: 'target', create: () => ({ receive() {} }) })
  const busy = system.spawn<string>({
    id: 'busy',
    mailbox: { priority: () => -Infinity },
    create: (context) => {
      context.watchWith(target, 'gone')
      return {
        receive(message) {
          seen.push(message)
          // Never out of work of its own.
          if (message === 'work' && seen.length < 5000) {
            context.self.tell('work')
            context.self.tell('work', 'control')
          }
          if (seen.length === 100) void target.stop()
        },
      }
    },
  })

  busy.tell('work')
  runtime.runUntilIdle()

  // The watched actor ends in its own turn, after at most one stretch of the run queue.
  expect(seen.indexOf('gone')).toBeGreaterThan(0)
  expect(seen.indexOf('gone')).toBeLessThanOrEqual(100 + 2 * 64)
})

it('law 28: tell never throws and never runs the receiver on the stack of the sender, whatever state it is in', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('starting', 'running', 'full', 'crashed', 'stopping', 'stopped'),
      fc.constantFrom<Overflow>('dropOldest', 'dropNewest', 'fail'),
      fc.constantFrom('none', 'fine', 'throws', 'NaN'),
      fc.constantFrom('user' as const, 'control' as const),
      (state, overflow, priority, lane) => {
        const runtime = createManualRuntime()
        const system = createActorSystem({ runtime })
        let isTelling = false
        let ranInside = 0
        const rank = (): number => {
          if (priority === 'throws') throw new Error('no rank')
          return priority === 'NaN' ? NaN : 0
        }
        const actor = system.spawn<string>({
          id: 'a',
          restart: 'permanent',
          mailbox: { capacity: 2, overflow, ...(priority === 'none' ? {} : { priority: rank }) },
          create: () => ({
            receive() {
              if (isTelling) ranInside++
              throw new Error('crash')
            },
          }),
        })
        if (state !== 'starting') runtime.runUntilIdle()
        if (state === 'full') for (const text of ['1', '2', '3']) actor.tell(text)
        if (state === 'crashed') actor.tell('crash')
        if (state === 'stopping' || state === 'stopped') void actor.stop()
        if (state === 'stopped') runtime.runUntilIdle()

        isTelling = true
        actor.tell('x', lane)
        isTelling = false
        runtime.runUntilIdle()

        expect(ranInside).toBe(0)
        const { sent, handled, dead, dropped } = system.messages()
        expect(handled + dead + dropped).toBe(sent)
      },
    ),
    { numRuns: 200 },
  )
})

it('law 28: a question forwarded 100,000 times comes back, without a growing stack', async () => {
  interface Hop {
    readonly reply: (hops: number) => void
  }
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const chain: ActorRef<Hop>[] = []
  let hops = 0
  for (let index = 0; index < 1000; index++) {
    const ref = system.spawn<Hop>({
      id: `${index}`,
      create: (context) => ({
        receive(message) {
          hops++
          if (hops === 100_000) message.reply(hops)
          else context.forward(chain[(index + 1) % 1000] ?? context.self, message)
        },
      }),
    })
    chain.push(ref)
  }

  const answer = chain[0]?.ask<number>((reply) => ({ reply }), { timeoutMs: 1000 })
  runtime.runUntilIdle()

  expect(await answer).toBe(100_000)
})

it('law 30: no spinning: there are no more turns than messages and lifecycle events, and none while nothing happens', () => {
  const step = fc.record({
    do: fc.constantFrom('tell', 'crash', 'stash', 'unstash', 'timer', 'watch', 'wait', 'stop'),
    to: fc.nat({ max: 2 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const runtime = createManualRuntime()
      const queue = new RunQueue(runtime, 2)
      let turns = 0
      const counting = {
        add: (runnable: Runnable) => {
          queue.add({
            path: runnable.path,
            turn(limit) {
              turns++
              return runnable.turn(limit)
            },
          })
        },
      }
      const system = createActorSystem({
        runtime: { ...runtime, hooks: { queue: counting, instrument: (spec) => spec } },
      })
      let lifecycle = 0
      tapOf(system)?.add(() => {
        lifecycle++
      })
      const actors: ActorRef<string>[] = [0, 1, 2].map((index) =>
        system.spawn<string>({
          id: `a${index}`,
          restart: 'permanent',
          mailbox: { capacity: 3, overflow: 'dropOldest' },
          create: (context) => ({
            receive(message) {
              if (message === 'crash') throw new Error('crash')
              if (message === 'stash') context.stash()
              if (message === 'unstash') context.unstashAll()
              if (message === 'timer') context.timers.once('t', 5, 'tell')
              if (message === 'watch') {
                context.watchWith(actors[(index + 1) % 3] ?? context.self, 'tell')
              }
            },
          }),
        }),
      )

      for (const { do: what, to } of steps) {
        if (what === 'wait') runtime.advance(10)
        else if (what === 'stop') void actors[to]?.stop()
        else actors[to]?.tell(what)
      }
      runtime.advance(10)
      const { sent } = system.messages()
      const turnsAtRest = turns
      runtime.advance(3_600_000)

      expect(turns).toBe(turnsAtRest)
      expect(turns).toBeLessThanOrEqual(sent + lifecycle)
    }),
    { numRuns: 150 },
  )
})
