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

it.each(['text', 7, undefined])(
  'rejects a question that is %s at once when the incarnation that took it is gone',
  async (message) => {
    const runtime = createManualRuntime()
    const system = createActorSystem({ runtime })
    const actor = system.spawn<typeof message>({
      id: 'a',
      restart: 'permanent',
      create: () => ({
        receive() {
          throw new Error('broken')
        },
      }),
    })

    const answer = actor.ask<number>(() => message, { timeoutMs: Infinity })
    runtime.runUntilIdle()

    await expect(answer).rejects.toMatchObject({
      code: 'ACT_ASK_DEAD',
      cause: new Error('broken'),
    })
  },
)

it('keeps a question that is a text while its like waits for the next incarnation', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const replies: Reply[] = []
  const actor = system.spawn<string>({
    id: 'a',
    restart: 'permanent',
    create: () => ({
      receive(message) {
        if (message === 'crash') throw new Error('broken')
        replies.shift()?.(1)
      },
    }),
  })
  actor.tell('crash')

  const answer = actor.ask<number>(
    (reply) => {
      replies.push(reply)
      return 'text'
    },
    { timeoutMs: Infinity },
  )
  runtime.runUntilIdle()

  expect(await answer).toBe(1)
})

type Reply = (value: number) => void

/** Keeps replies, or fails. */
function keeper(id: string, kept: Reply[], fails = false) {
  return {
    id,
    restart: 'permanent' as const,
    create: () => ({
      receive(reply: Reply) {
        if (fails) throw new Error('broken')
        kept.push(reply)
      },
    }),
  }
}

it('rejects a question that is the reply itself when its handler fails or its holder ends', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const failing = system.spawn(keeper('failing', [], true))
  const holding = system.spawn(keeper('holding', []))
  const options = { timeoutMs: 100 }
  const outcomes = Promise.allSettled([
    failing.ask<number>((reply) => reply, options),
    holding.ask<number>((reply) => reply, options),
  ])
  runtime.runUntilIdle()

  void holding.stop()
  runtime.advance(100)

  expect((await outcomes).map((each) => (each as PromiseRejectedResult).reason.code)).toEqual([
    'ACT_ASK_DEAD',
    'ACT_ASK_DEAD',
  ])
})

it('hands a question that is the reply itself over with forward', async () => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const kept: Reply[] = []
  const to = system.spawn(keeper('to', kept))
  const from = system.spawn<Reply>({
    id: 'from',
    create: (context) => ({ receive: (reply) => context.forward(to, reply) }),
  })
  const answer = from.ask<number>((reply) => reply, { timeoutMs: 100 })
  runtime.runUntilIdle()
  void from.stop()
  runtime.runUntilIdle()

  kept[0]?.(1)

  expect(await answer).toBe(1)
})

it.each([Number.NaN, 0, -1, undefined, null, '5'])(
  'refuses a question with the time limit %s and sends nothing',
  async (timeoutMs) => {
    const { runtime, actor, replies } = setUp()

    const answer = actor.ask<number>((reply) => ({ kind: 'answer', reply }), {
      timeoutMs: timeoutMs as number,
    })
    runtime.runUntilIdle()

    await expect(answer).rejects.toMatchObject({
      code: 'ACT_ASK_LIMIT',
      message: `Actor millrace/a cannot be asked with timeoutMs ${timeoutMs}.`,
    })
    expect(replies).toEqual([])
  },
)
