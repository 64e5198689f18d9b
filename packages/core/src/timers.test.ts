import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorContext } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

/** An actor whose timers are set by `set`; it notes when each message comes and is then busy as long as `busyMs` says. */
function setUp(
  set: (context: ActorContext<string>) => void,
  busyMs: (times: readonly string[]) => number = () => 0,
) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const times: string[] = []
  const actor = system.spawn<string>({
    id: 'a',
    create: (context) => {
      set(context)
      return {
        receive(message) {
          times.push(`${message} ${runtime.now()}`)
          const ms = busyMs(times)
          if (ms === 0) return undefined
          return new Promise((resolve) => runtime.timer(ms, resolve))
        },
      }
    },
  })
  return { runtime, system, actor, times }
}

it('repeats at a fixed rate: what was missed is left out, and the rest stays on its beat', async () => {
  const { runtime, times } = setUp(
    ({ timers }) => timers.everyAtRate('beat', 10, 'beat'),
    (seen) => (seen.length === 2 ? 35 : 0),
  )

  await runtime.elapse(90)

  expect(times).toEqual([
    'beat 10',
    'beat 20',
    'beat 55',
    'beat 60',
    'beat 70',
    'beat 80',
    'beat 90',
  ])
})

it('keeps a fixed rate for ever: one message per beat, at the beat', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 20 }),
      (periodMs, pauses) => {
        const { runtime, times } = setUp(({ timers }) => timers.everyAtRate('beat', periodMs, 'x'))
        runtime.runUntilIdle()

        for (const pause of pauses) runtime.advance(pause)

        const elapsed = pauses.reduce((sum, pause) => sum + pause, 0)
        const beats = Array.from(
          { length: Math.floor(elapsed / periodMs) },
          (_, index) => index + 1,
        )
        expect(times).toEqual(beats.map((beat) => `x ${beat * periodMs}`))
      },
    ),
    { numRuns: 100 },
  )
})

it('tells of silence once nothing was handled and nothing waited for that long, again and again', async () => {
  const { runtime, actor, times } = setUp(
    ({ timers }) => timers.afterSilence('quiet', 30, 'quiet'),
    (seen) => (seen.at(-1)?.startsWith('slow') === true ? 100 : 0),
  )
  await runtime.elapse(20)
  actor.tell('first')
  await runtime.elapse(25)
  actor.tell('slow')
  await runtime.elapse(140)

  await runtime.elapse(30)

  expect(times).toEqual(['first 20', 'slow 45', 'quiet 175', 'quiet 205'])
})

it('forgets a silence that was canceled', async () => {
  const { runtime, times } = setUp(({ timers }) => {
    timers.afterSilence('quiet', 30, 'quiet')
    timers.cancel('quiet')
  })

  await runtime.elapse(100)

  expect(times).toEqual([])
})

it('refuses times that are none', () => {
  const refusals: string[] = []
  const refuse = (set: () => void): void => {
    try {
      set()
    } catch (error) {
      refusals.push((error as Error).message)
    }
  }
  const { runtime } = setUp(({ timers }) => {
    refuse(() => timers.once('a', NaN, 'x'))
    refuse(() => timers.every('b', -1, 'x'))
    refuse(() => timers.everyAtRate('c', 0, 'x'))
    refuse(() => timers.afterSilence('d', 0, 'x'))
  })

  runtime.advance(10)

  expect(refusals).toEqual([
    'Timer "a" of actor millrace/a cannot be set to NaN ms.',
    'Timer "b" of actor millrace/a cannot be set to -1 ms.',
    'Timer "c" of actor millrace/a cannot be set to 0 ms.',
    'Timer "d" of actor millrace/a cannot be set to 0 ms.',
  ])
})

it('gives up what its timers hold, queued or not, when it ends for good', async () => {
  const { runtime, system, actor } = setUp(
    ({ timers }) => {
      for (const name of ['due', 'queued']) timers.once(name, 5, name)
      timers.once('armed', 1000, 'armed')
    },
    () => 20,
  )
  const told: unknown[] = []
  system.events.on('deadLetter', ({ message, lane, reason }) => told.push([message, lane, reason]))
  actor.tell('busy')
  await runtime.elapse(10)

  void actor.stop()
  await runtime.elapse(100)

  expect(told).toEqual([
    ['due', 'control', 'stopped'],
    ['queued', 'control', 'stopped'],
    ['armed', 'control', 'stopped'],
  ])
  expect(system.messages()).toMatchObject({ sent: 4, handled: 1, dead: 3, dropped: 0 })
})

it('gives up a queued message whose timer was canceled, or ended with its incarnation, and says so', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const dead: unknown[] = []
  system.events.on('deadLetter', ({ message, lane, reason }) => dead.push([message, lane, reason]))
  const actor = system.spawn<string>({
    id: 'a',
    restart: 'permanent',
    create: ({ timers }) => ({
      async receive(message) {
        timers.once('first', 5, 'first')
        timers.once('second', 5, 'second')
        await new Promise<void>((resolve) => {
          runtime.timer(10, resolve)
        })
        timers.cancel('first')
        if (message === 'crash') throw new Error('crash')
        timers.cancel('second')
      },
    }),
  })

  actor.tell('cancel')
  await runtime.elapse(20)
  actor.tell('crash')
  await runtime.elapse(20)

  expect(dead).toEqual([
    ['first', 'control', 'canceled'],
    ['second', 'control', 'canceled'],
    ['crash', 'user', 'failed'],
    ['first', 'control', 'ended'],
    ['second', 'control', 'ended'],
  ])
  expect(system.messages()).toMatchObject({ sent: 6, handled: 1, queued: 0, dead: 5, dropped: 0 })
})

it('a silence that was none is no message: it is not counted, and nobody is told', async () => {
  const { runtime, system, actor, times } = setUp(
    ({ timers }) => timers.afterSilence('quiet', 10, 'quiet'),
    () => 8,
  )
  const dead: unknown[] = []
  system.events.on('deadLetter', ({ message }) => dead.push(message))
  for (const message of ['a', 'b', 'c']) actor.tell(message)

  await runtime.elapse(33)
  const between = system.messages()
  await runtime.elapse(1)

  expect(between).toMatchObject({ sent: 3, handled: 3 })
  expect(system.messages()).toMatchObject({ sent: 4, queued: 1 })
  expect(dead).toEqual([])
  expect(times).toEqual(['a 0', 'b 8', 'c 16', 'quiet 34'])
})

it('leaves nothing behind that would still fire after a restart', () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const actor = system.spawn<string>({
    id: 'a',
    restart: 'permanent',
    create: ({ timers, incarnation }) => {
      if (incarnation === 1) {
        timers.once('once', 5, 'x')
        timers.every('every', 5, 'x')
        timers.everyAtRate('rate', 5, 'x')
        timers.afterSilence('silence', 5, 'x')
      }
      return {
        receive() {
          throw new Error('crash')
        },
      }
    },
  })

  actor.tell('crash')
  runtime.advance(100)

  expect(system.messages()).toMatchObject({ sent: 1, dead: 1, dropped: 0 })
})
