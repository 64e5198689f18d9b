import { expect, it } from 'vitest'

import { createCrashingActors } from './crashing-actors.test-support.ts'
import type { SupervisorSpec } from './supervisor-spec.ts'

async function setUp(spec: Omit<SupervisorSpec, 'id' | 'children'>, inner?: SupervisorSpec) {
  const { runtime, system, actor, crash } = createCrashingActors()
  const own = actor('own', { budget: { intensity: 1, periodMs: 1000 } })
  const children = [actor('a'), actor('b'), own, actor('gone', { restart: 'temporary' })]
  const nested = inner === undefined ? [] : [{ ...inner, children: [actor('x')] }]
  const top = system.supervise({ id: 'top', ...spec, children: [...children, ...nested] })
  await runtime.settle()
  return {
    runtime,
    top,
    async crash(id: string, message: string) {
      crash(id, message)
      await runtime.elapse(10)
    },
    causes: () =>
      top
        .inspect()
        .lastCauses.map(
          ({ atMs, cause, childId }) => `${atMs} ${childId}: ${(cause as Error).message}`,
        ),
  }
}

it('a supervisor that gave up shows the failures that spent its budget, and no others', async () => {
  const { top, crash, causes } = await setUp({ intensity: 2, periodMs: 25 })

  await crash('a', 'long ago')
  await crash('a', 'first')
  await crash('gone', 'not restarted anyway')
  const before = causes()
  await crash('b', 'second')
  await crash('a', 'not any more')
  await crash('a', 'last')

  expect(before).toEqual([])
  expect(top.inspect().state).toBe('stopped')
  expect(causes()).toEqual(['30 b: second', '40 a: not any more', '50 a: last'])
})

it('the latest five are kept, whatever the strategy', async () => {
  for (const strategy of ['oneForOne', 'oneForAll', 'restForOne'] as const) {
    const { crash, causes } = await setUp({ strategy, intensity: 6 })

    for (let count = 1; count <= 7; count++) await crash(count % 2 === 0 ? 'a' : 'b', `${count}`)

    expect(causes()).toEqual(['20 b: 3', '30 a: 4', '40 b: 5', '50 a: 6', '60 b: 7'])
  }
})

it('a child that spent a budget of its own is the only one to be shown', async () => {
  const { crash, causes } = await setUp({ intensity: 10 })

  await crash('a', 'another')
  await crash('own', 'first')
  await crash('own', 'last')

  expect(causes()).toEqual(['10 own: first', '20 own: last'])
})

it('a supervisor that is started again still shows why it gave up, and the one above shows its children', async () => {
  const inner = { id: 'inner', intensity: 1 } as const
  const { top, crash, causes } = await setUp({ intensity: 1 }, inner)

  await crash('x', 'first')
  await crash('x', 'second')
  const shown = top.inspect().children.at(-1)
  await crash('x', 'third')
  await crash('x', 'fourth')

  expect(shown).toMatchObject({ id: 'inner', state: 'running', incarnation: 2 })
  expect(shown?.lastCauses).toEqual([
    { atMs: 0, cause: new Error('first'), childId: 'x' },
    { atMs: 10, cause: new Error('second'), childId: 'x' },
  ])
  expect(causes()).toEqual(['10 inner: second', '30 inner: fourth'])
})
