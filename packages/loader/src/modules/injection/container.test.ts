import { renderError } from '@millrace/base'
import { defineToken } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Container } from './container.ts'

const clock = defineToken<number>('@acme/time/clock')

function thrown(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return renderError(error)
  }
  return 'nothing was thrown'
}

test('a child sees what its parent provides, and not the other way round', () => {
  const parent = Container.create()
  const child = parent.child()
  const name = defineToken<string>('@acme/name')

  parent.provide(clock, 7)
  child.provide(name, 'inner')

  expect(child.injector('Stage "a"').inject(clock)).toBe(7)
  expect(child.has(name)).toBe(true)
  expect(parent.has(name)).toBe(false)
})

test('two copies of a package that define the same token agree', () => {
  const container = Container.create()
  container.provide(defineToken<number>('@acme/time/clock'), 8)

  expect(container.injector('Stage "a"').inject(clock)).toBe(8)
})

test('any value can be provided, undefined and classes too', () => {
  class Table {
    readonly rows = 0
  }
  const container = Container.create()
  const [table, nothing] = [defineToken<typeof Table>('@acme/table'), defineToken('@acme/nothing')]
  container.provide(table, Table)
  container.provide(nothing, undefined)

  expect(container.injector('Stage "a"').inject(table)).toBe(Table)
  expect(container.injector('Stage "a"').inject(nothing)).toBeUndefined()
})

test('jobs do not see each other', () => {
  Container.create().provide(clock, 1)

  expect(Container.create().has(clock)).toBe(false)
})

test('a token that nothing provides names the package to add', () => {
  const { inject } = Container.create().injector('Stage "late"')

  expect(thrown(() => inject(clock))).toMatchInlineSnapshot(`
    "error[CFG_INJECT_UNBOUND]: Stage "late" needs "@acme/time/clock", which nothing provides.
      next Add a resource of @acme/time under "resources:", or pass it to loadJob: provide: [[token, value]]."
  `)
  expect(thrown(() => inject(defineToken('clock')))).toContain('Add a resource of clock under')
})

test('asking after create says where to ask', () => {
  const container = Container.create()
  container.provide(clock, 1)
  const { inject, seal } = container.injector('Stage "late"')

  seal()

  expect(thrown(() => inject(clock))).toMatchInlineSnapshot(`
    "error[CFG_INJECT_LATE]: Stage "late" asked for "@acme/time/clock" outside create.
      next Call inject inside create and keep the value in a constant."
  `)
})

test('asking for what a later resource provides says so', () => {
  const container = Container.create()
  container.promise(clock, 'time')

  expect(thrown(() => container.child().injector('Resource "pool"').inject(clock)))
    .toMatchInlineSnapshot(`
    "error[CFG_INJECT_ORDER]: Resource "pool" needs "@acme/time/clock" of resource "time", which opens after it.
      next List "time" first under "resources:"."
  `)
})

test('a throw does not keep the rest from being disposed, and all errors are told', async () => {
  const log: string[] = []
  const container = Container.create()
  container.own(() => void log.push('first'))
  container.own(() => Promise.reject(new Error('second')))
  container.own(() => {
    throw new Error('third')
  })

  const error = await container.dispose().catch((error: unknown) => error)

  expect(log).toEqual(['first'])
  expect(error).toMatchObject({ errors: [{ message: 'third' }, { message: 'second' }] })
})

test('a second disposal waits for the first and repeats its outcome', async () => {
  const container = Container.create()
  container.own(() => Promise.reject(new Error('broken')))

  const outcomes = await Promise.allSettled([container.dispose(), container.dispose()])

  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
})

// A step picks one of the containers made so far, by a number taken modulo their count.
const step = fc.record({
  what: fc.constantFrom('own', 'ownFailing', 'child', 'dispose'),
  at: fc.nat({ max: 20 }),
})

interface Model {
  readonly owned: (string | Model)[]
}

/** The oracle: labels of a tree, last made first, each taken out as it is read. */
function drained(model: Model): readonly string[] {
  return model.owned
    .splice(0)
    .toReversed()
    .flatMap((item) => (typeof item === 'string' ? [item] : drained(item)))
}

test('whatever is made and disposed before, everything is disposed once, last made first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const log: string[] = []
      const expected: string[] = []
      const containers = [Container.create()]
      const models: Model[] = [{ owned: [] }]
      const gone = new Set<Model>()
      for (const [index, { what, at }] of steps.entries()) {
        // The job's own container goes last; one that is gone owns nothing more.
        const which = at % containers.length
        const [container, model] = [containers[which] as Container, models[which] as Model]
        if (gone.has(model)) continue
        if (what === 'dispose' && which > 0) {
          await container.dispose().catch(() => undefined)
          markGone(model, gone)
          expected.push(...drained(model))
        } else if (what === 'child') {
          const child: Model = { owned: [] }
          containers.push(container.child())
          models.push(child)
          model.owned.push(child)
        } else if (what !== 'dispose') {
          model.owned.push(`${index}`)
          container.own(() => {
            log.push(`${index}`)
            if (what === 'ownFailing') throw new Error('broken')
          })
        }
      }
      await containers[0]?.dispose().catch(() => undefined)
      expected.push(...drained(models[0] as Model))

      expect(log).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

function markGone(model: Model, gone: Set<Model>): void {
  gone.add(model)
  for (const item of model.owned) if (typeof item !== 'string') markGone(item, gone)
}
