import { messageOf, renderError } from '@millrace/base'
import {
  defineResource,
  defineToken,
  type InjectionToken,
  type ResourceDefinition,
  type StageFactory,
} from '@millrace/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createModules } from '../create-modules.ts'
import type { LoadedModule, Modules } from '../modules.ts'
import { expressions, loaded, scope, stage } from './injection.test-support.ts'

function resource(
  more: Partial<ResourceDefinition> & { provides: InjectionToken<unknown> },
): LoadedModule<'resource'> {
  const definition: ResourceDefinition = defineResource<unknown, unknown>({
    name: 'pool',
    summary: 'Pools.',
    parameters: z.unknown(),
    create: () => 'pool',
    ...more,
  })
  return loaded('resource', definition)
}

const factoryOf = (modules: Modules, module: LoadedModule<'stage'>): StageFactory =>
  modules.stageFactory(module, { size: 1 }, expressions, 'late')

const message = (error: unknown): string => renderError(error)

test('a resource is opened once, before the first instance, and shared', async () => {
  const token = defineToken<{ opened: number }>('@acme/pg/database')
  const modules = createModules({ folder: '/' })
  let opened = 0
  const seen: unknown[] = []
  modules.addResource(
    'pool',
    resource({ provides: token, create: () => ({ opened: ++opened }) }),
    {},
    expressions,
  )
  const module = stage({
    create: ({ inject }) => {
      seen.push(inject(token))
      return {}
    },
  })

  expect(opened).toBe(0)
  await Promise.all([
    factoryOf(modules, module).create(scope),
    factoryOf(modules, module).create(scope),
  ])

  expect(opened).toBe(1)
  expect(seen[0]).toBe(seen[1])
})

test('a resource gets its parameters and what was opened before it', async () => {
  const [first, second] = [
    defineToken<string>('@acme/a/first'),
    defineToken<string>('@acme/b/second'),
  ]
  const modules = createModules({ folder: '/' })
  let seen: unknown
  modules.addResource('one', resource({ provides: first, create: () => 'first' }), {}, expressions)
  modules.addResource(
    'two',
    resource({
      provides: second,
      create: ({ id, parameters, inject }) => (seen = { id, parameters, first: inject(first) }),
    }),
    { size: 2 },
    expressions,
  )

  await factoryOf(modules, stage()).create(scope)

  expect(seen).toEqual({ id: 'two', parameters: { size: 2 }, first: 'first' })
})

test('what the caller provides goes before a resource, which is then not opened', async () => {
  const token = defineToken<string>('@acme/pg/database')
  const modules = createModules({ folder: '/', provide: [[token, 'mine']] })
  let opened = 0
  modules.addResource(
    'pool',
    resource({ provides: token, create: () => ++opened }),
    {},
    expressions,
  )

  await factoryOf(modules, stage()).create(scope)

  expect(opened).toBe(0)
})

test('two resources that provide the same token are refused', () => {
  const token = defineToken<string>('@acme/pg/database')
  const modules = createModules({ folder: '/' })
  modules.addResource('one', resource({ provides: token }), {}, expressions)
  let text = ''

  try {
    modules.addResource('two', resource({ provides: token }), {}, expressions)
  } catch (error) {
    text = message(error)
  }

  expect(text).toMatchInlineSnapshot(`
    "error[CFG_INJECT_TWICE]: Resources "one" and "two" both provide "@acme/pg/database".
      next Remove "one" or "two": a token has one value in a job."
  `)
})

test('a resource that is still opening when the job is disposed is disposed too', async () => {
  const token = defineToken<string>('@acme/pg/database')
  const modules = createModules({ folder: '/' })
  const log: string[] = []
  const create = async (): Promise<string> => {
    await Promise.resolve()
    log.push('opened')
    return 'db'
  }
  modules.addResource(
    'pool',
    resource({ provides: token, create, dispose: () => void log.push('disposed') }),
    {},
    expressions,
  )

  const created = factoryOf(modules, stage()).create(scope)
  await Promise.allSettled([created, modules.dispose()])

  expect(log).toEqual(['opened', 'disposed'])
})

test('a resource that opens only after the others were closed is disposed at once', async () => {
  const modules = createModules({ folder: '/' })
  const log: string[] = []
  const gate = Promise.withResolvers<void>()
  const add = (id: string, create: () => string | Promise<string>): void => {
    const provides = defineToken<unknown>(`@acme/${id}`)
    const dispose = (value: unknown): void => void log.push(`disposed ${String(value)}`)
    modules.addResource(id, resource({ provides, create, dispose }), {}, expressions)
  }
  add('one', () => 'one')
  add('two', () => gate.promise.then(() => 'two'))
  const [one, two] = [modules.resourceFactory('one'), modules.resourceFactory('two')]

  await one.open(scope)
  const opening = two.open(scope)
  await one.close()
  const disposed = modules.dispose()
  gate.resolve()
  await Promise.all([opening, disposed])

  expect(log).toEqual(['disposed one', 'disposed two'])
})

test('resources that were closed are new ones when they are opened again', async () => {
  const token = defineToken<number>('@acme/pg/database')
  const modules = createModules({ folder: '/' })
  let opened = 0
  modules.addResource('db', resource({ provides: token, create: () => ++opened }), {}, expressions)
  const factory = factoryOf(
    modules,
    stage({ create: ({ inject }) => ({ inject: inject(token) }) as object }),
  )
  const db = modules.resourceFactory('db')

  await db.open(scope)
  const first = await factory.create(scope)
  await db.close()
  await db.open(scope)

  expect([first, await factory.create(scope)]).toEqual([{ inject: 1 }, { inject: 2 }])
  await modules.dispose()
})

// A job with some resources and some stages of which one step of the start fails: which, by its number; none if it is too large.
const start = fc.record({
  resources: fc.array(fc.record({ waits: fc.boolean(), breaksOnDispose: fc.boolean() }), {
    maxLength: 5,
  }),
  stages: fc.integer({ min: 1, max: 4 }),
  failsAt: fc.nat({ max: 10 }),
  disposesFactories: fc.boolean(),
})

test('whichever step of the start fails, what was opened is disposed once, last opened first', async () => {
  await fc.assert(
    fc.asyncProperty(start, async ({ resources, stages, failsAt, disposesFactories }) => {
      const modules = createModules({ folder: '/' })
      const [opened, disposed]: [number[], number[]] = [[], []]
      let steps = 0
      const attempt = (): void => {
        if (steps++ === failsAt) throw new Error('step failed')
      }
      for (const [index, { waits, breaksOnDispose }] of resources.entries()) {
        const create = async (): Promise<number> => {
          if (waits) await Promise.resolve()
          attempt()
          opened.push(index)
          return index
        }
        const dispose = (value: unknown): void => {
          disposed.push(value as number)
          if (breaksOnDispose) throw new Error('dispose failed')
        }
        const provides = defineToken<unknown>(`@acme/pool/${index}`)
        modules.addResource(`r${index}`, resource({ provides, create, dispose }), {}, expressions)
      }
      const factories = Array.from({ length: stages }, () =>
        factoryOf(modules, stage({ create: () => (attempt(), {}) })),
      )
      const failure = await startAll(factories)

      if (disposesFactories) for (const factory of factories.toReversed()) await factory.dispose()
      await modules.dispose().catch(() => undefined)
      await modules.dispose().catch(() => undefined)

      expect(failure).toBe(failsAt < resources.length + stages ? 'step failed' : undefined)
      expect(opened).toEqual(resources.slice(0, failsAt).map((_, index) => index))
      expect(disposed).toEqual(opened.toReversed())
    }),
    { numRuns: 200 },
  )
})

async function startAll(factories: readonly StageFactory[]): Promise<string | undefined> {
  try {
    for (const factory of factories) await factory.create(scope)
  } catch (error) {
    return messageOf(error)
  }
  return undefined
}

test('a start that failed can be tried again', async () => {
  const token = defineToken<string>('@acme/pg/database')
  const modules = createModules({ folder: '/' })
  let tries = 0
  const create = (): string => {
    if (++tries === 1) throw new Error('refused')
    return 'db'
  }
  modules.addResource('pool', resource({ provides: token, create }), {}, expressions)
  const factory = factoryOf(
    modules,
    stage({ create: ({ inject }) => ({ inject: inject(token) }) as object }),
  )

  await expect(factory.create(scope)).rejects.toThrow('refused')
  expect(await factory.create(scope)).toEqual({ inject: 'db' })
})
