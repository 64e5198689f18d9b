import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef, Behavior, Overflow } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { type Kind, NaiveActor, type Scripted, type Setup } from './message-model.test-support.ts'
import { createActorSystem } from './system.ts'

type Action =
  | { readonly do: 'tell'; readonly message: Omit<Scripted, 'id'> }
  | { readonly do: 'offer'; readonly message: Omit<Scripted, 'id'> }
  | { readonly do: 'run' }
  | { readonly do: 'stop' }

/** A supervised actor that does what its messages say, beside the naive one that should do the same. */
function setUp(setup: Setup & { readonly isAsync: boolean }) {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const model = new NaiveActor(setup)
  const handled: string[] = []
  const dead: string[] = []
  const dropped: number[] = []
  const offers: string[] = []
  let ref: ActorRef<Scripted> | undefined
  system.events.on('deadLetter', ({ message, reason, attempts }) => {
    dead.push(`${(message as Scripted).id} ${reason} ${attempts}`)
  })
  system.events.on('overflow', ({ message, policy }) => {
    if (policy !== 'wait') dropped.push((message as Scripted).id)
  })
  const checkAccount = (): void => {
    const { queued, stashed } = system.messages()
    const [actor] = system.inspect().flatMap((child) => child.children)
    // An actor that has ended holds nothing.
    const { queued: held = 0, stashed: aside = 0 } = actor?.kind === 'actor' ? actor : {}
    expect({ queued, stashed }).toEqual({ queued: held, stashed: aside })
  }
  const supervisor = system.supervise({ id: 's', intensity: 100_000, onEscalate() {} })
  void supervisor.start<Scripted>({
    id: 'a',
    redeliver: setup.redeliver,
    mailbox: {
      capacity: setup.capacity,
      overflow: setup.overflow,
      batch: setup.batch,
      ...(setup.isRanked ? { priority: (message) => message.rank } : {}),
    },
    create: (context): Behavior<Scripted> => {
      ref = context.self
      let isOpen = setup.batch > 1
      const handle = (message: Scripted): void => {
        if (message.kind === 'open') {
          isOpen = true
          context.unstashAll()
        }
        if (message.kind === 'close') isOpen = setup.batch > 1
        handled.push(`${context.incarnation}: ${message.id}`)
      }
      const receiver: Behavior<Scripted> = {
        receive(message) {
          const isDeferrable = message.kind === 'work' || message.kind === 'bomb'
          if (message.kind === 'crash' || (message.kind === 'bomb' && isOpen)) {
            handled.push(`${context.incarnation}: ${message.id} fails`)
            throw new Error('crash')
          }
          if (isDeferrable && !isOpen) {
            handled.push(`${context.incarnation}: ${message.id} aside`)
            context.stash()
          } else handle(message)
        },
        receiveBatch(messages) {
          if (messages.length === 1) {
            void this.receive(messages[0] as Scripted, context)
            return
          }
          if (messages.some(({ kind }) => kind === 'crash' || kind === 'bomb')) {
            throw new Error('crash')
          }
          for (const message of messages) handle(message)
        },
      }
      if (!setup.isAsync) return receiver
      return {
        async receive(message) {
          await Promise.resolve()
          await receiver.receive(message, context)
        },
        async receiveBatch(messages) {
          await Promise.resolve()
          await receiver.receiveBatch?.(messages, context)
        },
      }
    },
  })
  runtime.runUntilIdle()
  const actor = ref as unknown as ActorRef<Scripted>

  const act = async (action: Action, id: number): Promise<void> => {
    if (action.do === 'run') {
      if (setup.isAsync) await runtime.settle()
      else runtime.runUntilIdle()
      model.run()
    } else if (action.do === 'stop') {
      void actor.stop()
      model.stop()
    } else if (action.do === 'tell') {
      actor.tell({ ...action.message, id }, action.message.lane)
      model.send({ ...action.message, id })
    } else {
      const message = { ...action.message, id, lane: 'user' as const }
      const result = actor.offer(message)
      if (typeof result === 'string') offers.push(`${id} ${result}`)
      else void result.then((late) => offers.push(`${id} ${late}`))
      model.offer(message)
    }
  }
  return { system, model, act, checkAccount, handled, dead, dropped, offers }
}

const message = fc.record({
  kind: fc.constantFrom<Kind>('work', 'work', 'work', 'bomb', 'open', 'close', 'crash'),
  lane: fc.constantFrom('user' as const, 'user' as const, 'user' as const, 'control' as const),
  rank: fc.nat({ max: 2 }),
})
const action = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('tell' as const), message }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('offer' as const), message }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('run' as const) }) },
)
const script = fc.record({
  actions: fc.array(action, { maxLength: 60, size: 'max' }),
  stopAt: fc.option(fc.nat({ max: 60 })),
})
const setup = fc.record({
  capacity: fc.constantFrom(1, 2, 3, 5, Infinity),
  overflow: fc.constantFrom<Overflow>('dropOldest', 'dropNewest', 'fail'),
  isRanked: fc.boolean(),
  redeliver: fc.nat({ max: 2 }),
  batch: fc.constant(1),
  isAsync: fc.boolean(),
})

async function play(
  setup: Parameters<typeof setUp>[0],
  { actions, stopAt }: { actions: Action[]; stopAt: number | null },
) {
  const world = setUp(setup)
  const all = [...actions]
  if (stopAt !== null) all.splice(stopAt, 0, { do: 'stop' })
  for (const [id, next] of [...all, { do: 'run' as const }].entries()) {
    await world.act(next, id)
    world.checkAccount()
    const { handled, queued, stashed, dead, dropped } = world.system.messages()
    expect({ handled, queued, stashed, dead, dropped }).toEqual({
      handled: world.model.handledCount,
      queued: world.model.queued,
      stashed: world.model.stashed,
      dead: world.model.dead.length,
      dropped: world.model.dropped.length,
    })
  }
  return world
}

it('laws 21, 22, 27, 29 and 30: does with messages what the naive actor does, over crashes, stashes, bounds and offers', async () => {
  await fc.assert(
    fc.asyncProperty(setup, script, async (setup, script) => {
      const { model, handled, dead, dropped, offers } = await play(setup, script)

      expect(handled).toEqual(model.handled)
      expect(dead.toSorted()).toEqual(model.dead.toSorted())
      expect(dropped).toEqual(model.dropped)
      expect(offers.toSorted()).toEqual(model.offers.toSorted())
    }),
    { numRuns: 300 },
  )
})

it('hands over batches and, after a crash in one, its messages one by one and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      setup,
      fc.integer({ min: 2, max: 4 }),
      script,
      async (setup, batch, script) => {
        const { model, handled, dead } = await play({ ...setup, isRanked: false, batch }, script)

        expect(handled).toEqual(model.handled)
        expect(dead.toSorted()).toEqual(model.dead.toSorted())
      },
    ),
    { numRuns: 200 },
  )
})
