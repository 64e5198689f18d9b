import { test } from 'vitest'

import type { ActorRef } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

interface Question {
  readonly value: number
  readonly reply: (value: number) => void
}

const messages = 10_000
const questions = 1000

test('tell, ping-pong and ask against a plain call', async ({ bench }) => {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  let total = 0
  const handlers = Array.from({ length: 8 }, (_, index) => (message: number) => {
    total += message ^ index
  })
  const actors = handlers.map((receive, index) =>
    system.spawn<number>({ id: `sink-${index}`, create: () => ({ receive }) }),
  )
  let right: ActorRef<number> | undefined
  const left: ActorRef<number> = system.spawn<number>({
    id: 'left',
    create: () => ({
      receive: (rest) => {
        if (rest > 0) right?.tell(rest - 1)
      },
    }),
  })
  right = system.spawn<number>({
    id: 'right',
    create: () => ({
      receive: (rest) => {
        if (rest > 0) left.tell(rest - 1)
      },
    }),
  })
  const oracle = system.spawn<Question>({
    id: 'oracle',
    create: () => ({
      receive: ({ value, reply }) => {
        reply(value)
      },
    }),
  })
  runtime.runUntilIdle()

  await bench.compare(
    bench(`${messages} plain calls through a table of eight`, () => {
      for (let count = 0; count < messages; count++) handlers[count & 7]?.(count)
    }),
    bench(`${messages} tells to eight actors`, () => {
      for (let count = 0; count < messages; count++) actors[count & 7]?.tell(count)
      runtime.runUntilIdle()
    }),
    bench(`${messages} ping-pong hops`, () => {
      left.tell(messages)
      runtime.runUntilIdle()
    }),
    bench(`${questions} asks at once`, async () => {
      const answers: Promise<number>[] = []
      for (let value = 0; value < questions; value++) {
        answers.push(oracle.ask((reply) => ({ value, reply }), { timeoutMs: 5000 }))
      }
      runtime.runUntilIdle()
      for (const answer of answers) total += await answer
    }),
    bench(`${questions} asks, one after the other`, async () => {
      for (let value = 0; value < questions; value++) {
        const answer = oracle.ask<number>((reply) => ({ value, reply }), { timeoutMs: 5000 })
        runtime.runUntilIdle()
        total += await answer
      }
    }),
    { time: 300 },
  )
  if (total === -1) throw new Error('The handlers must have run.')
})
