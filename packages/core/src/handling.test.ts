import { expect, it } from 'vitest'

import type { ActorContext, ActorRef, ActorSpec, Receiver } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

interface Question {
  readonly text: string
  readonly reply: (answer: string) => void
}

function setUp() {
  const runtime = createManualRuntime()
  return { runtime, system: createActorSystem({ runtime }), seen: [] as string[] }
}

const ask = (actor: ActorRef<Question>, text = 'question'): Promise<string> =>
  actor.ask((reply) => ({ text, reply }), { timeoutMs: 1000 })

it('changes how messages are handled from the next one on, and back; a restart begins anew', () => {
  const { runtime, system, seen } = setUp()
  const actor = system.spawn<string>({
    id: 'a',
    restart: 'permanent',
    create: (context) => {
      const angry: Receiver<string> = {
        receive(message) {
          if (message === 'crash') throw new Error('crash')
          if (message === 'calm down') context.become(calm)
          seen.push(`angry: ${message}`)
        },
      }
      const calm: Receiver<string> = {
        receive(message) {
          if (message === 'provoke') context.become(angry)
          seen.push(`calm: ${message}`)
        },
      }
      return { ...calm, onStop: () => void seen.push('stops') }
    },
  })

  for (const message of ['provoke', '1', 'calm down', '2', 'provoke', 'crash', '3']) {
    actor.tell(message)
  }
  runtime.runUntilIdle()

  expect(seen).toEqual([
    'calm: provoke',
    'angry: 1',
    'angry: calm down',
    'calm: 2',
    'calm: provoke',
    'stops',
    'calm: 3',
  ])
})

it('lets a receiver be chosen while it is made', () => {
  const { runtime, system, seen } = setUp()
  const actor = system.spawn<string>({
    id: 'a',
    create: (context) => {
      context.become({ receive: (message) => void seen.push(`chosen: ${message}`) })
      return { receive: (message) => void seen.push(`made: ${message}`) }
    },
  })

  actor.tell('1')
  runtime.runUntilIdle()

  expect(seen).toEqual(['chosen: 1'])
})

it('gives the fate of a question to whom its message is forwarded', async () => {
  const { runtime, system } = setUp()
  const silent = (id: string): ActorSpec<Question> => ({ id, create: () => ({ receive() {} }) })
  const last = system.spawn(silent('last'))
  const middle = system.spawn<Question>({
    id: 'middle',
    create: (context) => ({ receive: (message) => context.forward(last, message) }),
  })
  const answer = ask(middle).catch((error: Error) => error.message)
  runtime.runUntilIdle()

  void middle.stop()
  runtime.runUntilIdle()
  const afterMiddle = await Promise.race([answer, Promise.resolve('still open')])
  void last.stop()
  runtime.runUntilIdle()

  expect(afterMiddle).toBe('still open')
  expect(await answer).toBe('Actor millrace/last will not reply: it gave up the question.')
})

it('rejects a question at once when it is forwarded to the dead, is unhandled, or is lost in a full mailbox', async () => {
  const { runtime, system, seen } = setUp()
  system.events.on('deadLetter', ({ path, message, reason }) =>
    seen.push(`${path} ${(message as Question).text} ${reason}`),
  )
  const dead = system.spawn<Question>({ id: 'dead', create: () => ({ receive() {} }) })
  void dead.stop()
  runtime.runUntilIdle()
  const actor = system.spawn<Question>({
    id: 'a',
    mailbox: { capacity: 2, overflow: 'dropNewest' },
    create: (context) => ({
      receive(message) {
        if (message.text === 'forward') context.forward(dead, message)
        else context.unhandled(message)
      },
    }),
  })

  const answers = [ask(actor, 'forward'), ask(actor, 'unhandled'), ask(actor, 'lost')]
  runtime.runUntilIdle()
  const outcomes = await Promise.allSettled(answers)

  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.message)).toEqual([
    'Actor millrace/dead will not reply: it gave up the question.',
    'Actor millrace/a will not reply: it gave up the question.',
    'Actor millrace/a will not reply: it gave up the question.',
  ])
  expect(seen).toEqual(['millrace/dead forward stopped', 'millrace/a unhandled unhandled'])
  // What is unhandled counts twice: it was handled, and passed on to nobody.
  expect(system.messages()).toEqual({
    sent: 5,
    handled: 2,
    queued: 0,
    stashed: 0,
    dead: 2,
    dropped: 1,
  })
})

it('rejects the questions an incarnation took and did not answer when it crashes, not those that wait', async () => {
  const { runtime, system } = setUp()
  const actor = system.spawn<Question>({
    id: 'a',
    restart: 'permanent',
    create: (context) => ({
      receive({ text, reply }) {
        if (text === 'crash') throw new Error('crash')
        if (context.incarnation === 2) reply('from the second')
      },
    }),
  })

  const taken = ask(actor, 'taken')
  const crashing = ask(actor, 'crash')
  const waiting = ask(actor, 'waiting')
  runtime.runUntilIdle()
  const outcomes = await Promise.allSettled([taken, crashing, waiting])

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})

it('rejects a question that is no object when its actor ends, and when it is dead', async () => {
  const { runtime, system } = setUp()
  const actor = system.spawn<string>({ id: 'a', create: () => ({ receive() {} }) })

  const waiting = actor.ask<string>(() => 'plain', { timeoutMs: 1000 })
  void actor.stop()
  runtime.runUntilIdle()
  const late = actor.ask<string>(() => 'plain', { timeoutMs: 1000 })
  const outcomes = await Promise.allSettled([waiting, late])

  const text = 'Actor millrace/a will not reply: it gave up the question.'
  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.message)).toEqual([
    text,
    text,
  ])
})

it('puts aside only a message that was sent, and only while it is in hand', async () => {
  const { runtime, system, seen } = setUp()
  const attempt = (context: ActorContext<string>, what: string): void => {
    try {
      context.stash()
      seen.push(`${what}: stashed`)
    } catch (error) {
      seen.push(`${what}: ${(error as Error).message}`)
    }
  }
  const other = system.spawn<string>({ id: 'other', create: () => ({ receive() {} }) })
  const actor = system.spawn<string>({
    id: 'a',
    mailbox: { batch: 2 },
    create: (context) => {
      attempt(context, 'in create')
      context.timers.once('tick', 5, 'tick')
      context.watchWith(other, 'gone')
      return {
        async receive(message) {
          await Promise.resolve()
          attempt(context, message)
          if (message === 'late') runtime.timer(5, () => attempt(context, 'after it was handled'))
        },
        receiveBatch: () => attempt(context, 'in a batch'),
      }
    },
  })

  actor.tell('batch')
  actor.tell('control', 'control')
  await runtime.elapse(10)
  await Promise.all([other.stop(), runtime.settle()])
  actor.tell('late', 'control')
  await runtime.elapse(20)

  const refused = 'Actor millrace/a has no message in hand that can be put aside.'
  expect(seen).toEqual([
    `in create: ${refused}`,
    'control: stashed',
    `in a batch: ${refused}`,
    `tick: ${refused}`,
    `gone: ${refused}`,
    'late: stashed',
    `after it was handled: ${refused}`,
  ])
})

it('tries a message again as often as asked, and tells the dead letter how often it failed and why', () => {
  const { runtime, system, seen } = setUp()
  const letters: unknown[] = []
  system.events.on('deadLetter', ({ message, reason, attempts, cause }) =>
    letters.push([message, reason, attempts, (cause as Error).message]),
  )
  const actor = system.spawn<string>({
    id: 'a',
    restart: 'permanent',
    redeliver: 2,
    create: (context) => ({
      receive(message) {
        seen.push(`${context.incarnation} ${message}`)
        if (message === 'bad') throw new Error(`no ${seen.length}`)
      },
    }),
  })

  for (const message of ['good', 'bad', 'next']) actor.tell(message)
  runtime.runUntilIdle()

  expect(seen).toEqual(['1 good', '1 bad', '2 bad', '3 bad', '4 next'])
  expect(letters).toEqual([['bad', 'failed', 3, 'no 4']])
})

it('gives up messages of a failed batch with its cause when the actor is not restarted', () => {
  const { runtime, system } = setUp()
  const letters: unknown[] = []
  system.events.on('deadLetter', ({ message, reason, attempts, cause }) =>
    letters.push([message, reason, attempts, (cause as Error).message]),
  )
  const actor = system.spawn<string>({
    id: 'a',
    mailbox: { batch: 3 },
    create: () => ({
      receive() {},
      receiveBatch() {
        throw new Error('all of it')
      },
    }),
  })

  for (const message of ['1', '2', '3', '4']) actor.tell(message)
  runtime.runUntilIdle()

  expect(letters).toEqual([
    ['1', 'failed', 0, 'all of it'],
    ['2', 'failed', 0, 'all of it'],
    ['3', 'failed', 0, 'all of it'],
    ['4', 'stopped', 0, 'all of it'],
  ])
})
