import { expect, it } from 'vitest'

import { createManualRuntime } from '../manual-runtime.ts'
import { createActorSystem } from '../system.ts'
import { createRouter, type Route } from './router.ts'

interface Question {
  readonly key: string
  readonly mood: 'answer' | 'silent' | 'crash'
  readonly reply: (value: string) => void
}

function setUp(route: Route<Question>, count = 3) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const routees = Array.from({ length: count }, (_, index) =>
    system.spawn<Question>({
      id: `r${index}`,
      create: (context) => ({
        receive({ mood, reply }) {
          if (mood === 'crash') throw new Error('crashed')
          if (mood === 'answer') reply(context.self.id)
        },
      }),
    }),
  )
  const router = createRouter<Question>(system, { id: 'router', route, routees })
  const ask = (mood: Question['mood'], key = 'k'): Promise<string> =>
    router.ask<string>((reply) => ({ key, mood, reply }), { timeoutMs: 100 })
  return { runtime, system, routees, router, ask }
}

const routes: Route<Question>[] = [
  'roundRobin',
  'random',
  'smallestMailbox',
  'broadcast',
  { hash: (question) => question.key },
]

it.each(routes)('an ask through a router %s is answered by a routee', async (route) => {
  const { runtime, ask } = setUp(route)

  const answer = ask('answer')
  await runtime.settle()

  await expect(answer).resolves.toMatch(/^r\d$/)
})

it.each(routes)(
  'an ask through a router %s rejects at once when the routee dies',
  async (route) => {
    const { runtime, ask } = setUp(route)

    const answer = ask('crash').catch((error: unknown) => error)
    await runtime.settle()

    await expect(answer).resolves.toMatchObject({ code: 'ACT_ASK_DEAD' })
    expect(runtime.monotonic()).toBe(0)
  },
)

it.each(routes)('an ask through a router %s ends at its deadline', async (route) => {
  const { runtime, ask } = setUp(route)

  const answer = ask('silent').catch((error: unknown) => error)
  await runtime.elapse(100)

  await expect(answer).resolves.toMatchObject({ code: 'ACT_ASK_TIMEOUT' })
})

it.each(routes)('an ask through a router %s without routees rejects at once', async (route) => {
  const { runtime, ask, router, system } = setUp(route, 0)
  const reasons: string[] = []
  system.events.on('deadLetter', ({ reason }) => reasons.push(reason))

  const empty = ask('answer').catch((error: unknown) => error)
  await runtime.settle()
  void router.stop()
  await runtime.settle()
  const stopped = ask('answer').catch((error: unknown) => error)
  await runtime.settle()

  await expect(empty).resolves.toMatchObject({ code: 'ACT_ASK_DEAD' })
  await expect(stopped).resolves.toMatchObject({ code: 'ACT_ASK_DEAD' })
  expect(reasons).toEqual(['noRoutee', 'stopped'])
})

it('the question decides who is asked: the same key, the same routee', async () => {
  const { runtime, ask } = setUp({ hash: (question) => question.key }, 8)

  const answers = ['a', 'b', 'a', 'c', 'b', 'a'].map((key) => ask('answer', key))
  await runtime.settle()
  const [a, b, a2, c, b2, a3] = await Promise.all(answers)

  expect([a2, b2, a3]).toEqual([a, b, a])
  expect(new Set([a, b, c]).size).toBeGreaterThan(1)
})

it('of a broadcast question the first reply counts, and one that lives is enough', async () => {
  const { runtime, ask, routees } = setUp('broadcast')
  void routees[0]?.stop()
  await runtime.settle()

  const answer = ask('answer')
  await runtime.settle()

  await expect(answer).resolves.toBe('r1')
})

it('a make that throws rejects the ask and sends nothing', async () => {
  const { router, runtime, routees } = setUp('roundRobin', 1)

  const answer = router.ask(
    () => {
      throw new Error('no question')
    },
    { timeoutMs: 100 },
  )

  await expect(answer).rejects.toThrow('no question')
  expect(routees[0]?.queued).toBe(0)
  runtime.runUntilIdle()
})

it.each(routes)(
  'a question forwarded to a router %s becomes that of the routee which gets it',
  async (route) => {
    const { router, routees, system, runtime } = setUp(route)
    const desk = system.spawn<Question>({
      id: 'desk',
      create: (context) => ({
        receive(question) {
          context.forward(router, question)
        },
      }),
    })
    const ask = (mood: Question['mood']): Promise<unknown> =>
      desk
        .ask<string>((reply) => ({ key: 'k', mood, reply }), { timeoutMs: 100 })
        .catch((error: { code: string }) => error.code)

    const answered = ask('answer')
    await runtime.settle()
    for (const routee of routees) void routee.stop()
    await runtime.settle()
    const refused = ask('answer')
    await runtime.settle()

    await expect(answered).resolves.toMatch(/^r\d$/)
    await expect(refused).resolves.toBe('ACT_ASK_DEAD')
    expect(runtime.monotonic()).toBe(0)
  },
)

it('an offer through a router is queued by whom a message would reach, or stays with the sender', async () => {
  const { router, runtime, routees } = setUp({
    hash: ({ key }) => {
      if (key === '') throw new Error('no key')
      return key
    },
  })
  const all = setUp('broadcast')
  const question = (key: string): Question => ({ key, mood: 'silent', reply() {} })

  expect(router.offer(question('a'))).toBe('queued')
  expect(router.offer(question(''))).toBe('stopped')
  expect(all.router.offer(question('a'))).toBe('queued')
  expect([router.queued, all.router.queued]).toEqual([1, 3])
  for (const routee of routees) void routee.stop()
  await runtime.settle()
  expect(router.offer(question('a'))).toBe('stopped')
})

it('a broadcast offer waits until each has room or has ended', async () => {
  const { router, runtime, system } = setUp('broadcast', 0)
  const full = system.spawn<Question>({
    id: 'full',
    mailbox: { capacity: 1 },
    create: () => ({ receive() {} }),
  })
  const free = system.spawn<Question>({ id: 'free', create: () => ({ receive() {} }) })
  router.add(full)
  router.add(free)
  const question: Question = { key: 'k', mood: 'silent', reply() {} }
  full.tell(question)

  const offered = router.offer(question)
  expect(offered).toBeInstanceOf(Promise)
  runtime.runUntilIdle()
  await runtime.settle()

  await expect(offered).resolves.toBe('queued')
})
