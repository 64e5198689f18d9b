import { expect, it } from 'vitest'

import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

interface Question {
  readonly kind: 'answer' | 'answerTwice' | 'never' | 'crash'
  readonly reply: (value: number) => void
}

function setUp() {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const replies: ((value: number) => void)[] = []
  const actor = system.spawn<Question>({
    id: 'a',
    restart: 'permanent',
    create: () => ({
      receive({ kind, reply }) {
        replies.push(reply)
        if (kind === 'crash') throw new Error('broken')
        if (kind === 'never') return
        reply(1)
        if (kind === 'answerTwice') reply(2)
      },
    }),
  })
  const ask = (kind: Question['kind']): Promise<number> =>
    actor.ask((reply: (value: number) => void) => ({ kind, reply }), { timeoutMs: 100 })
  return { runtime, actor, ask, replies }
}

it('resolves with the first reply; later ones vanish', async () => {
  const { runtime, ask } = setUp()

  const answers = Promise.all([ask('answer'), ask('answerTwice')])
  runtime.runUntilIdle()

  expect(await answers).toEqual([1, 1])
})

it('rejects at the deadline and ignores a late reply', async () => {
  const { runtime, ask, replies } = setUp()
  const answer = ask('never')

  runtime.advance(100)
  replies[0]?.(1)

  await expect(answer).rejects.toThrow('Actor millrace/a did not reply within 100 ms.')
})

it('rejects at once when the actor ends, when it has ended, and when its handler fails', async () => {
  const { runtime, actor, ask } = setUp()
  const crashed = ask('crash')
  const waiting = ask('never')
  runtime.runUntilIdle()
  void actor.stop()
  runtime.runUntilIdle()
  const late = ask('answer')

  const outcomes = await Promise.allSettled([crashed, waiting, late])

  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.code)).toEqual([
    'ACT_ASK_DEAD',
    'ACT_ASK_DEAD',
    'ACT_ASK_DEAD',
  ])
  expect((outcomes[0] as PromiseRejectedResult).reason.cause).toEqual(new Error('broken'))
})

it('rejects with what the maker of the question throws', async () => {
  const { actor } = setUp()

  const answer = actor.ask<number>(
    () => {
      throw new Error('no question')
    },
    { timeoutMs: Infinity },
  )

  await expect(answer).rejects.toThrow('no question')
})
