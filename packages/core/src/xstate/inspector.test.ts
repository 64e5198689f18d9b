import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createActor, type InspectionEvent } from 'xstate'

import type { ActorSpec } from '../actor.ts'
import { createManualRuntime } from '../manual-runtime.ts'
import { createActorSystem } from '../system.ts'
import { cellMachine, type CellMachineEvent } from './cell-machine.ts'
import { attachInspector } from './inspector.ts'

function setUp() {
  const runtime = createManualRuntime()
  return { runtime, system: createActorSystem({ runtime }), seen: [] as string[] }
}

const fragile: ActorSpec<'fail' | 'wait' | 'rest'> = {
  id: 'fragile',
  restart: 'permanent',
  create: () => ({
    receive(message) {
      if (message === 'fail') throw new Error('failed')
      return message === 'wait' ? Promise.resolve() : undefined
    },
    onStop: () => Promise.resolve(),
  }),
}

/** An inspection event without what differs from actor to actor: ids and references. */
function plain(event: InspectionEvent): unknown {
  const of = (snapshot: object) => ('value' in snapshot ? snapshot.value : undefined)
  if (event.type === '@xstate.actor') return { type: event.type }
  if (event.type === '@xstate.action') return { type: event.type, action: event.action.type }
  if (event.type === '@xstate.event') return { type: event.type, event: event.event }
  return { type: event.type, event: event.event, value: of(event.snapshot) }
}

function lifeOf(events: readonly InspectionEvent[]): CellMachineEvent[] {
  return events
    .filter((event) => event.type === '@xstate.event')
    .map(({ event }) => event as CellMachineEvent)
    .filter(({ type }) => !type.startsWith('xstate.'))
}

it('shows a whole life as XState shows that of the machine', async () => {
  const { runtime, system } = setUp()
  const events: InspectionEvent[] = []
  const detach = attachInspector(system, (event) => events.push(event))
  const actor = system.spawn(fragile)

  for (const message of ['wait', 'fail', 'rest'] as const) actor.tell(message)
  await runtime.settle()
  await Promise.all([actor.stop(), runtime.settle()])
  detach()

  const life = lifeOf(events)
  const theirs: InspectionEvent[] = []
  const twin = createActor(cellMachine, { inspect: (event) => theirs.push(event) }).start()
  for (const event of life) twin.send(event)
  expect(life.map(({ type }) => type)).toEqual(expect.arrayContaining(['READY', 'FAILED', 'STOP']))
  const ours = events.filter(({ actorRef }) => (actorRef as { id?: string }).id === 'fragile')
  expect(ours.map(plain)).toEqual(theirs.map(plain))
})

it('begins with the state an actor is in, and follows it to its end', async () => {
  const { runtime, system } = setUp()
  const actor = system.spawn(fragile)
  runtime.runUntilIdle()
  const events: InspectionEvent[] = []

  attachInspector(actor, (event) => events.push(event))
  const atOnce = events.map(plain)
  await Promise.all([actor.stop(), runtime.settle()])

  expect(atOnce).toEqual([
    { type: '@xstate.actor' },
    { type: '@xstate.event', event: { type: 'xstate.init', input: undefined } },
    {
      type: '@xstate.snapshot',
      event: { type: 'xstate.init', input: undefined },
      value: 'running',
    },
  ])
  expect(lifeOf(events)).toEqual([{ type: 'STOP' }, { type: 'TORN_DOWN' }])
  expect(events.at(-1)).toMatchObject({
    type: '@xstate.snapshot',
    rootId: events[0]?.rootId,
    snapshot: { value: 'stopped', status: 'done' },
  })
})

it('shows children below their parents', () => {
  const { runtime, system, seen } = setUp()
  attachInspector(system, ({ type, actorRef }) => {
    const { id, _parent } = actorRef as unknown as { id: string; _parent?: { id: string } }
    if (type === '@xstate.actor') seen.push(`${id} below ${_parent?.id ?? 'nobody'}`)
  })

  system.spawn<string>({
    id: 'parent',
    create: (context) => {
      context.spawn(fragile)
      return { receive: () => undefined }
    },
  })
  runtime.runUntilIdle()

  expect(seen).toEqual(['millrace below nobody', 'parent below millrace', 'fragile below parent'])
})

it('is in the state of the cell after every step, whatever happens', async () => {
  const act = fc.constantFrom('fail', 'wait', 'rest', 'stop', 'attach', 'run')
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
      const { runtime, system } = setUp()
      const actor = system.spawn(fragile)
      const states: string[] = []
      const check = (event: InspectionEvent): void => {
        if (event.type !== '@xstate.snapshot') return
        const { value } = event.snapshot as unknown as { value: string }
        states.push(`${value} ${(actor as unknown as { state: string }).state}`)
      }
      for (const next of acts) {
        if (next === 'stop') void actor.stop()
        else if (next === 'attach') attachInspector(actor, check)
        else if (next === 'run') await runtime.settle()
        else actor.tell(next)
      }
      await runtime.settle()

      for (const pair of states) expect(pair.split(' ')[0]).toBe(pair.split(' ')[1])
    }),
    { numRuns: 100 },
  )
})

it('disturbs nobody when its listener throws, and nobody hears anything once it is detached', () => {
  const { runtime, system, seen } = setUp()
  const actor = system.spawn<string>({
    id: 'a',
    create: () => ({ receive: (text) => void seen.push(text) }),
  })
  const detach = attachInspector(actor, () => {
    throw new Error('bad listener')
  })
  actor.tell('handled')

  const reports = new Set<string>()
  for (let turn = 0; turn < 20; turn++) {
    try {
      runtime.runUntilIdle()
    } catch (error) {
      reports.add(String(error))
    }
  }
  detach()
  void actor.stop()
  runtime.runUntilIdle()

  expect([...reports]).toEqual(['Error: bad listener'])
  expect(seen).toEqual(['handled'])
})

it('shows who is there already, those below supervisors and other actors too', async () => {
  const { runtime, system, seen } = setUp()
  const nest = (id: string): ActorSpec<unknown> => ({
    id,
    create: (context) => {
      context.spawn(fragile)
      return { receive: () => undefined }
    },
  })
  system.spawn(nest('first'))
  system.supervise({ id: 'supervisor', children: [nest('second')] })
  await runtime.settle()

  attachInspector(system, ({ type, actorRef }) => {
    const { id, _parent } = actorRef as unknown as { id: string; _parent?: { id: string } }
    if (type === '@xstate.actor') seen.push(`${id} below ${_parent?.id ?? 'nobody'}`)
  })

  expect(seen).toEqual([
    'millrace below nobody',
    'first below millrace',
    'fragile below first',
    'supervisor below millrace',
    'second below supervisor',
    'fragile below second',
  ])
})

it('shows the life of a supervisor, and its children below it', async () => {
  const { runtime, system, seen } = setUp()
  attachInspector(system, (event) => {
    const { id, _parent } = event.actorRef as unknown as { id: string; _parent?: { id: string } }
    if (event.type === '@xstate.actor' && _parent) seen.push(`${id} below ${_parent.id}`)
    if (event.type !== '@xstate.snapshot' || id !== 'supervisor') return
    seen.push(String((event.snapshot as { value?: unknown }).value))
  })

  const supervisor = system.supervise({ id: 'supervisor', intensity: 0, children: [fragile] })
  await runtime.settle()
  for (const child of supervisor.whichChildren()) {
    if (child.kind === 'actor') child.ref.tell('fail')
  }
  await runtime.settle()

  expect(seen).toEqual([
    'supervisor below millrace',
    'starting',
    'fragile below supervisor',
    'running',
    // As in XState, a parent gets the event that its child is done.
    'running',
    'givingUp',
    'stopped',
  ])
})
