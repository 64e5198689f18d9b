import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorContext } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

const target = fc.record({
  /** Watched before anything else, or again and again. */
  watches: fc.integer({ min: 0, max: 3 }),
  with: fc.boolean(),
  restartsFirst: fc.boolean(),
  ends: fc.constantFrom('before', 'while watched', 'while the watcher is busy', 'never'),
  unwatched: fc.constantFrom('at once', 'when the notice is queued', 'never'),
})

it('law 26: each watch yields exactly one notice: also of the dead, never of a restart, none after unwatch, whatever the bound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(target, { maxLength: 6 }),
      fc.boolean(),
      async (targets, isWatcherRestarted) => {
        const runtime = createManualRuntime()
        const system = createActorSystem({ runtime })
        const refs = targets.map((_, index) =>
          system.spawn<'crash'>({
            id: `t${index}`,
            restart: 'permanent',
            create: () => ({
              receive() {
                throw new Error('crash')
              },
            }),
          }),
        )
        const seen: number[] = []
        type Task = (context: ActorContext<Task | number>) => void | Promise<void>
        const watcher = system.spawn<Task | number>({
          id: 'watcher',
          restart: 'permanent',
          mailbox: { capacity: 1, overflow: 'dropNewest' },
          create: (context) => ({
            receive(message) {
              if (typeof message !== 'number') return message(context)
              seen.push(message)
            },
          }),
        })
        const stop = (when: string): void => {
          for (const [index, ref] of refs.entries()) {
            if (targets[index]?.ends === when) void ref.stop()
          }
        }
        let goOn: (() => void) | undefined
        await runtime.settle()

        stop('before')
        await runtime.settle()
        watcher.tell((context) => {
          for (const [index, ref] of refs.entries()) {
            const { watches = 0, with: isWith, unwatched } = targets[index] ?? {}
            for (let count = 0; count < watches; count++) {
              if (isWith === true) context.watchWith(ref, index)
              else context.watch(ref, () => index)
            }
            if (unwatched === 'at once') context.unwatch(ref)
          }
        })
        await runtime.settle()
        for (const [index, ref] of refs.entries()) {
          if (targets[index]?.restartsFirst !== true) continue
          ref.tell('crash')
          // So that no budget of restarts is spent.
          await runtime.elapse(60_001)
        }
        stop('while watched')
        await runtime.settle()
        watcher.tell(async (context) => {
          await new Promise<void>((resolve) => {
            goOn = resolve
          })
          for (const [index, ref] of refs.entries()) {
            if (targets[index]?.unwatched === 'when the notice is queued') context.unwatch(ref)
          }
          if (isWatcherRestarted) throw new Error('restart')
        })
        await runtime.settle()
        stop('while the watcher is busy')
        await runtime.settle()
        goOn?.()
        await runtime.settle()
        await Promise.all([...refs.map((ref) => ref.stop()), runtime.settle()])

        const expected = targets.flatMap(({ watches, ends, unwatched }, index) => {
          const isEarly = ends === 'before' || ends === 'while watched'
          if (unwatched === 'at once') return []
          if (!isEarly && (unwatched !== 'never' || isWatcherRestarted)) return []
          return Array.from({ length: watches }, () => index)
        })
        expect(seen.toSorted((a, b) => a - b)).toEqual(expected)
        const { sent, handled, dropped, dead } = system.messages()
        expect(handled + dropped + dead).toBe(sent)
      },
    ),
    { numRuns: 150 },
  )
})

it('tells of a notice that came to nothing because its watch was taken back', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const dead: unknown[] = []
  system.events.on('deadLetter', (letter) => dead.push(letter))
  const target = system.spawn({ id: 'target', create: () => ({ receive() {} }) })
  const watcher = system.spawn<string>({
    id: 'watcher',
    create: (context) => ({
      async receive() {
        context.watchWith(target, 'gone')
        void target.stop()
        await new Promise<void>((resolve) => runtime.timer(5, resolve))
        context.unwatch(target)
      },
    }),
  })

  watcher.tell('go')
  await runtime.elapse(10)

  expect(dead).toEqual([
    {
      path: 'millrace/watcher',
      message: undefined,
      lane: 'system',
      reason: 'canceled',
      cause: undefined,
      attempts: 0,
    },
  ])
})
