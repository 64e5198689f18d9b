import fc from 'fast-check'
import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

type Reply = (value: string) => void

function setUp() {
  const runtime = createManualRuntime()
  const armed = new Set<symbol>()
  const counting = {
    ...runtime,
    timer(delayMs: number, task: () => void) {
      const one = Symbol('timer')
      armed.add(one)
      const disarm = runtime.timer(delayMs, () => {
        armed.delete(one)
        task()
      })
      return () => {
        armed.delete(one)
        disarm()
      }
    },
  }
  const replies: Reply[] = []
  const actor = createActorSystem({ runtime: counting }).spawn<Reply>({
    id: 'a',
    create: () => ({ receive: (reply) => void replies.push(reply) }),
  })
  return { runtime, armed, actor, replies }
}

const questions = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 30 }),
    limitMs: fc.constantFrom(1, 2, 5, 5, 5, 10, 10, 20.5),
    answerAfterMs: fc.option(fc.integer({ min: 0, max: 25 }), { nil: undefined }),
  }),
  { maxLength: 30 },
)

it('ends each question at its own limit unless it was answered before, whatever the others do', async () => {
  await fc.assert(
    fc.asyncProperty(questions, async (asked) => {
      const { runtime, armed, actor, replies } = setUp()
      const ends: string[] = []
      const waiting: { readonly index: number; readonly answerMs: number }[] = []
      for (let nowMs = 0; nowMs < 60; nowMs++) {
        for (const [index, { atMs, limitMs, answerAfterMs }] of asked.entries()) {
          if (atMs !== nowMs) continue
          const answer = actor.ask<string>((reply) => reply, { timeoutMs: limitMs })
          const end = (how: string): void => void (ends[index] = `${how} ${runtime.monotonic()}`)
          answer.then(end, () => end('late'))
          waiting.push({ index: waiting.length, answerMs: nowMs + (answerAfterMs ?? Infinity) })
        }
        await runtime.settle()
        for (const { index, answerMs } of waiting) {
          if (answerMs === nowMs) replies[index]?.('answered')
        }
        await runtime.settle()
        await runtime.elapse(0.5)
        await runtime.elapse(0.5)
      }

      expect(ends).toEqual(
        asked.map(({ atMs, limitMs, answerAfterMs = Infinity }) =>
          answerAfterMs < limitMs ? `answered ${atMs + answerAfterMs}` : `late ${atMs + limitMs}`,
        ),
      )
      expect(armed.size).toBe(0)
    }),
    { numRuns: 100 },
  )
})

it('leaves no timer behind when the last question was answered, also among several limits', async () => {
  const { runtime, armed, actor, replies } = setUp()
  const answers = [5000, 100, 5000, 7].map((timeoutMs) =>
    actor.ask<string>((reply) => reply, { timeoutMs }),
  )
  await runtime.settle()
  const whileOpen = armed.size

  for (const reply of replies) reply('yes')
  await runtime.settle()

  expect(await Promise.all(answers)).toEqual(['yes', 'yes', 'yes', 'yes'])
  expect(whileOpen).toBe(1)
  expect(armed.size).toBe(0)
})
