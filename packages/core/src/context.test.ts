import { isMillraceError } from '@millrace/base'
import { expect, it } from 'vitest'

import type { ActorContext, ActorRef } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

function setUp() {
  const runtime = createManualRuntime()
  return { runtime, system: createActorSystem({ runtime }), seen: [] as string[] }
}

/** An actor that runs the functions it is sent. */
function runner(id: string, seen: string[], onCreate?: (context: ActorContext<unknown>) => void) {
  return {
    id,
    restart: 'permanent' as const,
    create: (context: ActorContext<unknown>) => {
      onCreate?.(context)
      return {
        receive(message: unknown) {
          if (typeof message === 'function') message(context)
          else seen.push(`${context.incarnation} ${String(message)}`)
        },
      }
    },
  }
}

function crash(): never {
  throw new Error('crash')
}

it('sends a single timer once, and a canceled or replaced one never', () => {
  const { runtime, system, seen } = setUp()
  const actor = system.spawn(runner('a', seen))

  actor.tell(({ timers }: ActorContext<unknown>) => {
    timers.once('kept', 10, 'kept')
    timers.once('replaced', 10, 'old')
    timers.once('replaced', 20, 'new')
    timers.once('canceled', 10, 'canceled')
    timers.cancel('canceled')
  })
  runtime.advance(100)

  expect(seen).toEqual(['1 kept', '1 new'])
})

it('repeats with a fixed delay: a late handler gets one message, not all it missed', async () => {
  const { runtime, system } = setUp()
  const times: number[] = []
  system.spawn<string>({
    id: 'a',
    create: ({ timers }) => {
      timers.every('tick', 10, 'tick')
      return {
        receive() {
          times.push(runtime.now())
          if (times.length > 1) return undefined
          return new Promise((resolve) => runtime.timer(35, resolve))
        },
      }
    },
  })

  await runtime.elapse(75)

  expect(times).toEqual([10, 55, 65, 75])
})

it('ends timers and watches with their incarnation, also when their message is queued already', async () => {
  const { runtime, system, seen } = setUp()
  const dead = system.spawn(runner('dead', seen))
  await Promise.all([dead.stop(), runtime.settle()])
  const actor = system.spawn<string>({
    id: 'a',
    restart: 'permanent',
    create: (context) => ({
      async receive(message) {
        seen.push(`${context.incarnation} ${message}`)
        if (message !== 'fail later') return
        context.timers.once('soon', 5, 'soon')
        context.timers.every('often', 5, 'often')
        context.timers.once('later', 20, 'later')
        context.watch(dead, () => 'gone')
        await new Promise<void>((resolve) => {
          runtime.timer(10, resolve)
        })
        throw new Error('failed')
      },
    }),
  })

  actor.tell('fail later')
  actor.tell('next')
  await runtime.elapse(100)

  expect(seen).toEqual(['1 fail later', '2 next'])
})

it('tells a watcher exactly once, also about an actor that is dead already', () => {
  const { runtime, system, seen } = setUp()
  const target = system.spawn(runner('target', seen))
  const watcher = system.spawn(runner('watcher', seen))
  watcher.tell((context: ActorContext<unknown>) => {
    context.watch(target, () => 'gone')
  })
  target.tell(crash)
  runtime.runUntilIdle()
  const afterRestart = [...seen]

  void target.stop()
  runtime.runUntilIdle()
  watcher.tell((context: ActorContext<unknown>) => {
    context.watch(target, () => 'was gone')
  })
  runtime.runUntilIdle()

  expect(afterRestart).toEqual([])
  expect(seen).toEqual(['1 gone', '1 was gone'])
})

it('stops children before their parent restarts, and fails the parent when they may not restart', () => {
  const { runtime, system, seen } = setUp()
  const escalated: string[] = []
  system.events.on('escalated', (event) => escalated.push(`${event.path} ${event.childId}`))
  const children: ActorRef<unknown>[] = []
  system.spawn(
    runner('parent', seen, (context) => {
      seen.push(`parent ${context.incarnation}`)
      const child = runner('child', seen)
      children.push(
        context.spawn<unknown>({
          ...child,
          create: (inner) => ({
            ...child.create(inner),
            onStop: () => void seen.push('child stops'),
          }),
        }),
      )
    }),
  )
  runtime.runUntilIdle()

  for (let failure = 0; failure < 4; failure++) children[0]?.tell(crash)
  runtime.runUntilIdle()

  expect(escalated).toEqual(['millrace/parent child'])
  expect(seen).toEqual([
    'parent 1',
    'child stops',
    'child stops',
    'child stops',
    'child stops',
    'parent 2',
  ])
  expect(children.map((child) => child.isAlive())).toEqual([false, true])
})

it('refuses everything once the incarnation has ended', () => {
  const { runtime, system, seen } = setUp()
  const contexts: ActorContext<unknown>[] = []
  const actor = system.spawn(runner('a', seen, (context) => contexts.push(context)))
  actor.tell(crash)
  runtime.runUntilIdle()
  const old = contexts[0] as ActorContext<unknown>

  const attempts = [
    () => old.stop(),
    () => old.timers.every('x', 1, 'x'),
    () => old.watch(actor, () => 'x'),
    () => old.spawn(runner('b', seen)),
  ].map((attempt) => {
    try {
      attempt()
      return 'allowed'
    } catch (error) {
      return isMillraceError(error) ? error.code : 'other'
    }
  })

  expect(attempts).toEqual(['ACT_REVOKED', 'ACT_REVOKED', 'ACT_REVOKED', 'ACT_REVOKED'])
  expect(old.signal.aborted).toBe(true)
  expect(contexts[1]?.signal.aborted).toBe(false)
  expect(old.self).toBe(actor)
})
