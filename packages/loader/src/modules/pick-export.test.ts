import { renderError } from '@millrace/base'
import { defineAggregate, defineSink, defineStage, type StageDefinition } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { FoundModule } from './find-module.ts'
import type { Kind } from './modules.ts'
import { definitionsOf, pickExport } from './pick-export.ts'

const stageOf = (name: string): StageDefinition =>
  defineStage<unknown>({
    name,
    summary: `Does ${name}.`,
    parameters: z.unknown(),
    create: () => ({ process: (record: unknown) => record }),
  })

const sink = defineSink({
  name: 'file',
  summary: 'Writes.',
  parameters: z.object({}),
  guarantee: 'None.',
  create: () => ({ write: () => undefined }),
})

class Mine {
  readonly parameters: unknown

  constructor(parameters: unknown) {
    this.parameters = parameters
  }

  process(record: unknown): unknown {
    return record
  }
}

const double = (record: number): number => record * 2

const named = (name: string): string =>
  pickExport({ default: Mine }, 'stage', found('./mine.ts', name)).definition.name

function found(specifier: string, name = 'mine'): FoundModule {
  const exported = specifier.split('#')[1]
  return { specifier, name, url: 'file:///mine.ts', file: '/mine.ts', export: exported }
}

function fault(
  exports: Record<string, unknown>,
  specifier = './mine.ts',
  kind: Kind = 'stage',
): string {
  try {
    pickExport(exports, kind, found(specifier))
  } catch (error) {
    return renderError(error)
  }
  return 'no fault'
}

test('the default export comes first where it fits', () => {
  const [first, second] = [stageOf('first'), stageOf('second')]

  expect(pickExport({ default: first, second }, 'stage', found('./mine.ts')).definition).toBe(first)
})

test('a default export of another kind leaves the place to the one that fits', () => {
  const filter = stageOf('filter')

  expect(pickExport({ default: sink, filter }, 'stage', found('./mine.ts'))).toEqual({
    export: 'filter',
    definition: filter,
  })
  expect(pickExport({ default: filter, sink }, 'sink', found('./mine.ts')).definition).toBe(sink)
})

test('of several the one with the name of the plugin is taken', () => {
  const exports = { one: stageOf('session'), two: stageOf('window') }

  expect(pickExport(exports, 'stage', found('@acme/window', 'window')).export).toBe('two')
})

test('the same thing exported twice is one candidate', () => {
  const only = stageOf('only')

  expect(pickExport({ a: only, b: only }, 'stage', found('./mine.ts')).export).toBe('a')
})

test('a definition comes before a class and a class before functions', () => {
  const only = stageOf('only')
  const exports = { double: (x: unknown) => x, Mine, only }

  expect(pickExport(exports, 'stage', found('./mine.ts')).export).toBe('only')
  expect(pickExport({ double: exports.double, Mine }, 'stage', found('./mine.ts')).export).toBe(
    'Mine',
  )
})

test('of a package only its default export may be a class or a function', () => {
  const installed: FoundModule = {
    ...found('@acme/file'),
    package: {
      folder: '/file',
      name: '@acme/file',
      version: '1.0.0',
      plugins: {},
      dependencies: [],
    },
  }

  expect(() => pickExport({ double, sink }, 'stage', installed)).toThrow(
    '@acme/file exports no stage; it exports a sink (sink).',
  )
  expect(pickExport({ default: double }, 'stage', installed).export).toBe('default')
})

test('after the hash stands an export or the name of a definition', () => {
  const exports = { default: stageOf('one'), Two: stageOf('two') }

  expect(pickExport(exports, 'stage', found('./mine.ts#Two')).definition.name).toBe('two')
  expect(pickExport(exports, 'stage', found('./mine.ts#two')).definition.name).toBe('two')
})

test('a class becomes a stage that constructs it with the parameters', async () => {
  const { definition } = pickExport(
    { default: Mine },
    'stage',
    found('./mine.ts', 'lateArrivals_2'),
  )

  const instance = await definition.create({ parameters: { size: 3 } } as never)

  expect(definition).toMatchObject({
    kind: 'stage',
    name: 'late-arrivals-2',
    summary: 'Class Mine of ./mine.ts.',
    keeps: 'instance',
  })
  expect(instance).toBeInstanceOf(Mine)
  expect(instance).toMatchObject({ parameters: { size: 3 } })
})

test('a plain function becomes a stage that processes with it', async () => {
  const { definition } = pickExport({ double }, 'stage', found('./mine.ts#double'))

  expect(await definition.create({} as never)).toEqual({ process: double })
  expect(definition).toMatchObject({ name: 'double', summary: 'Function double of ./mine.ts.' })
})

test('a file with a name that is no id still gets one', () => {
  expect(named('2nd')).toBe('stage-2nd')
  expect(named('_')).toBe('stage')
})

test('all functions or aggregates of a module are found, each once', () => {
  const sum = defineAggregate<{ n: number }>({
    name: 'total',
    summary: 'Adds.',
    arguments: 1,
    create: () => ({ n: 0 }),
    add: () => undefined,
    merge: (a) => a,
    result: (a) => a.n,
  })

  expect(definitionsOf({ default: sum, sum, sink }, 'aggregate', '@acme/sum')).toEqual([sum])
})

test('an export that is not there is named with the nearest', () => {
  expect(fault({ Mine }, './mine.ts#Mien')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_EXPORT]: ./mine.ts has no export "Mien"; it has Mine.
      next Did you mean "#Mine"?"
  `)
  expect(fault({}, './mine.ts#Mine')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_EXPORT]: ./mine.ts has no export "Mine"; it has none.
      next Name one of its exports after the #, or leave the # out."
  `)
})

test('a module without anything that fits says what it has', () => {
  class Empty {
    readonly size = 0
  }
  const exports = { a: 1, b: [], c: null, d: {}, Empty }

  expect(fault(exports)).toMatchInlineSnapshot(`
    "error[CFG_MODULE_KIND]: ./mine.ts exports no stage; it exports a number (a), an array (b), null (c), an object (d), a class without process (Empty).
      next Export what defineStage returns, a class with process(record, context) or a function as default."
  `)
  expect(fault({})).toMatchInlineSnapshot(`
    "error[CFG_MODULE_KIND]: ./mine.ts exports no stage; it exports nothing.
      next Export what defineStage returns, a class with process(record, context) or a function as default."
  `)
  expect(fault({ default: sink, sink, count: 1 })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_KIND]: ./mine.ts exports no stage; it exports a sink (sink).
      next Use it where a sink stands."
  `)
  expect(fault({ run: () => 1 }, './mine.ts', 'sink')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_KIND]: ./mine.ts exports no sink; it exports a function (run).
      next Export what defineSink returns as default."
  `)
  expect(fault({ a: sink }, './mine.ts#a')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_KIND]: ./mine.ts#a exports no stage; it exports a sink (a).
      next Use it where a sink stands."
  `)
})

test('several candidates are listed', () => {
  const exports = { one: stageOf('one'), two: stageOf('two') }

  expect(fault(exports)).toMatchInlineSnapshot(`
    "error[CFG_MODULE_AMBIGUOUS]: ./mine.ts exports several candidates for a stage: one, two.
      next Say which one: ./mine.ts#one or ./mine.ts#two"
  `)
})

test('a definition that lacks what its kind needs is refused', () => {
  const whole = stageOf('one')

  expect(fault({ default: { ...whole, create: undefined } })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_DEFINITION]: The stage of ./mine.ts is not usable: create must be a function; got nothing.
      next Mend create in the plugin, or tell its author."
  `)
  expect(fault({ default: { ...whole, parameters: { size: 1 } } })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_DEFINITION]: The stage of ./mine.ts is not usable: parameters must be a Standard Schema that gives a JSON Schema, such as z.object({}); got an object.
      next Mend parameters in the plugin, or tell its author."
  `)
  expect(fault({ default: { ...whole, keeps: 'all' } })).toContain(
    "keeps must be 'nothing', 'state' or 'instance'; got \"all\".",
  )
  expect(fault({ default: { ...whole, outputs: {} } })).toContain(
    'outputs must be names with a sentence each, or a function of the parameters; got an object.',
  )
  expect(fault({ default: { ...whole, kind: 'resource' } }, './mine.ts', 'resource')).toContain(
    'provides must be what defineToken returns; got nothing.',
  )
})
