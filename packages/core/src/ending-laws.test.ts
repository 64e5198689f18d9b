import fc from 'fast-check'
import { expect, it } from 'vitest'

import { isMillraceError } from '@millrace/base'
import type { ActorContext, ActorRef } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

const held = fc.constantFrom(
  'told',
  'told in control',
  'asked',
  'stashed',
  'asked and stashed',
  'once',
  'every',
  'everyAtRate',
  'afterSilence',
  'once, and due',
  'every, and due',
  'everyAtRate, and due',
)
const ending = fc.constantFrom('stop', 'exit', 'crash', 'kill')

interface Held {
  readonly text: string
  readonly reply?: (value: string) => void
}

it('law 23: at the end every queued, stashed and timer-held message is a dead letter exactly once, and asks among them reject', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(held, { maxLength: 12 }), ending, async (kinds, ending) => {
      const runtime = createManualRuntime()
      const system = createActorSystem({ runtime })
      const dead: string[] = []
      system.events.on('deadLetter', ({ message }) => dead.push((message as Held).text))
      let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
      let context: ActorContext<Held> | undefined
      const actor = system.spawn<Held>({
        id: 'a',
        shutdownMs: 50,
        create: (created) => {
          context = created
          for (const [index, kind] of kinds.entries()) {
            const text = `${index} ${kind}`
            const [timer = '', isDue] = kind.split(', and ')
            const delayMs = isDue === undefined ? 1000 : 5
            if (timer === 'once') created.timers.once(text, delayMs, { text })
            else if (timer === 'every') created.timers.every(text, delayMs, { text })
            else if (timer === 'everyAtRate') created.timers.everyAtRate(text, delayMs, { text })
            else if (timer === 'afterSilence') created.timers.afterSilence(text, 1000, { text })
          }
          return {
            receive({ text }) {
              if (text !== 'block') return created.stash()
              return new Promise((resolve, reject) => {
                settle = { resolve, reject }
              })
            },
          }
        },
      })
      const answers: Promise<string>[] = []
      const ask = (text: string): void => {
        answers.push(actor.ask((reply) => ({ text, reply }), { timeoutMs: Infinity }))
      }

      for (const [index, kind] of kinds.entries()) {
        if (kind === 'stashed') actor.tell({ text: `${index} ${kind}` })
        if (kind === 'asked and stashed') ask(`${index} ${kind}`)
      }
      actor.tell({ text: 'block' })
      await runtime.settle()
      await runtime.elapse(12)
      for (const [index, kind] of kinds.entries()) {
        if (kind === 'told') actor.tell({ text: `${index} ${kind}` })
        if (kind === 'told in control') actor.tell({ text: `${index} ${kind}` }, 'control')
        if (kind === 'asked') ask(`${index} ${kind}`)
      }
      const rejections = Promise.allSettled(answers)
      if (ending === 'exit') context?.stop()
      if (ending === 'stop' || ending === 'kill') void actor.stop()
      await runtime.settle()
      if (ending === 'crash') settle?.reject(new Error('crash'))
      else if (ending !== 'kill') settle?.resolve()
      await runtime.elapse(60)

      const blocked = ending === 'crash' || ending === 'kill' ? ['block'] : []
      const all = [...blocked, ...kinds.map((kind, index) => `${index} ${kind}`)]
      expect(dead.toSorted()).toEqual(all.toSorted())
      for (const outcome of await rejections) {
        expect(
          outcome.status === 'rejected' && isMillraceError(outcome.reason, 'ACT_ASK_DEAD'),
        ).toBe(true)
      }
      const { sent, handled, dead: count, queued, stashed } = system.messages()
      expect({ queued, stashed, rest: sent - handled - count }).toEqual({
        queued: 0,
        stashed: 0,
        rest: 0,
      })
    }),
    { numRuns: 150 },
  )
})

const happening = fc.record({
  what: fc.constantFrom(
    'once',
    'every',
    'everyAtRate',
    'afterSilence',
    'sleep',
    'sleep and fail',
    'ask',
    'crash',
    'overflow',
    'wait',
  ),
  ms: fc.integer({ min: 1, max: 40 }),
})

it('law 24: no timer, promise or reply of one incarnation reaches the next', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
      const runtime = createManualRuntime()
      const system = createActorSystem({ runtime })
      const foreign: string[] = []
      system.events.on('restarted', ({ incarnation, cause }) => {
        const { message } = cause as Error
        if (message.includes('#') && !message.endsWith(`#${incarnation - 1}`)) foreign.push(message)
      })
      const slow = system.spawn<{ ms: number; reply: (value: number) => void }>({
        id: 'slow',
        create: () => ({
          receive({ ms, reply }) {
            runtime.timer(ms, () => reply(ms))
          },
        }),
      })
      let actor: ActorRef<{ what: string; ms: number; of?: number }> | undefined
      void system.supervise({ id: 's', intensity: 1000, onEscalate() {} }).start<{
        what: string
        ms: number
        of?: number
      }>({
        id: 'a',
        mailbox: { capacity: 100, overflow: 'fail' },
        create: (context) => {
          actor = context.self
          const me = context.incarnation
          const act = (): void => {
            // All rights of an incarnation end with it.
            if (context.signal.aborted) foreign.push('acts')
          }
          return {
            async receive({ what, ms, of = me }) {
              if (of !== me) foreign.push(`${what} of ${of} in ${me}`)
              if (what === 'crash') throw new Error(`crash #${me}`)
              const { timers } = context
              if (what === 'once') timers.once(`${ms}`, ms, { what: 'tick', ms, of: me })
              if (what === 'every') timers.every(`${ms}`, ms, { what: 'tick', ms, of: me })
              if (what === 'everyAtRate') timers.everyAtRate(`${ms}`, ms, { what: '', ms, of: me })
              if (what === 'afterSilence')
                timers.afterSilence(`${ms}`, ms, { what: '', ms, of: me })
              if (what.startsWith('sleep')) {
                await new Promise<void>((resolve) => {
                  runtime.timer(ms, resolve)
                })
              }
              if (what === 'ask') {
                await slow.ask<number>((reply) => ({ ms, reply }), { timeoutMs: 1000 })
              }
              if (what === 'sleep and fail') throw new Error(`late #${me}`)
              if (what !== 'sleep' && what !== 'ask') act()
            },
          }
        },
      })
      await runtime.settle()

      for (const { what, ms } of happenings) {
        if (what === 'wait') await runtime.elapse(ms)
        else if (what === 'overflow') {
          for (let count = 0; count < 101; count++) actor?.tell({ what: 'nothing', ms })
          await runtime.elapse(1)
        } else actor?.tell({ what, ms })
      }
      await runtime.elapse(2000)

      expect(foreign).toEqual([])
      expect(system.messages().queued).toBe(0)
    }),
    { numRuns: 150 },
  )
})
