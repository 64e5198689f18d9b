import { renderError } from '@millrace/base'
import {
  defineSink,
  defineSource,
  defineToken,
  type SinkDefinition,
  type SourceDefinition,
  type StageDefinition,
  type StageFactory,
} from '@millrace/sdk'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createModules } from '../create-modules.ts'
import type { LoadedModule, Modules } from '../modules.ts'
import { expressions, loaded, scope, stage } from './injection.test-support.ts'

const factoryOf = (modules: Modules, module: LoadedModule<'stage'>): StageFactory =>
  modules.stageFactory(module, { size: 1 }, expressions, 'late')

const broken = (): never => {
  throw new Error('no size')
}

const message = (error: unknown): string => renderError(error)

test('traits that a definition leaves out have defaults', () => {
  const { traits } = factoryOf(createModules({ folder: '/' }), stage())

  expect(traits).toEqual({
    name: 'threshold',
    inputs: ['in'],
    outputs: { out: 'The results.' },
    keeps: 'instance',
    absorbs: false,
    passes: undefined,
  })
})

test('traits that a definition names are its own, outputs also by the parameters', () => {
  const module = stage({
    inputs: ['left', 'right'],
    outputs: (parameters) => ({ [`size${(parameters as { size: number }).size}`]: 'Some.' }),
    keeps: 'nothing',
    absorbs: true,
    passes: 'same',
  })

  const { traits } = factoryOf(createModules({ folder: '/' }), module)

  expect(traits).toEqual({
    name: 'threshold',
    inputs: ['left', 'right'],
    outputs: { size1: 'Some.' },
    keeps: 'nothing',
    absorbs: true,
    passes: 'same',
    updates: { makes: false, takes: false },
  })
})

test('outputs that cannot be worked out are refused', () => {
  const modules = createModules({ folder: '/' })
  const text = (outputs: StageDefinition['outputs']): string => {
    try {
      factoryOf(modules, stage({ outputs } as Partial<StageDefinition>))
    } catch (error) {
      return message(error)
    }
    return 'no fault'
  }

  expect(text(broken)).toMatchInlineSnapshot(`
    "error[CFG_MODULE_DEFINITION]: The stage of threshold is not usable: outputs(parameters) must be names with a sentence each; got the error no size.
      next Mend outputs(parameters) in the plugin, or tell its author."
  `)
  expect(text(() => ({}))).toContain(
    'outputs(parameters) must be names with a sentence each; got an object.',
  )
})

test('a source says whether it ends, also by its parameters', () => {
  const definition: SourceDefinition = defineSource<unknown>({
    name: 'generate',
    summary: 'Makes.',
    parameters: z.unknown(),
    replay: 'position',
    ends: (parameters) => (parameters as { count?: number }).count !== undefined,
    create: () => ({ read: () => [] }),
  })
  const modules = createModules({ folder: '/' })
  const traits = (parameters: unknown): unknown =>
    modules.sourceFactory(loaded('source', definition), parameters, expressions, 'source').traits

  expect(traits({ count: 1 })).toEqual({ name: 'generate', ends: true, replay: 'position' })
  expect(traits({})).toEqual({ name: 'generate', ends: false, replay: 'position' })
})

test('a sink says what it guarantees and gets its parameters', async () => {
  let seen: unknown
  const definition: SinkDefinition = defineSink<unknown>({
    name: 'log',
    summary: 'Logs.',
    parameters: z.unknown(),
    guarantee: 'None.',
    create: ({ parameters, expressions, id }) => {
      seen = { parameters, expressions, id }
      return { write: () => undefined }
    },
  })
  const factory = createModules({ folder: '/' }).sinkFactory(
    loaded('sink', definition),
    { level: 'info' },
    expressions,
    'sink',
  )

  await factory.create(scope)

  expect(factory.traits).toEqual({
    name: 'log',
    guarantee: 'None.',
    reopens: false,
    replaces: false,
  })
  expect(seen).toEqual({ parameters: { level: 'info' }, expressions, id: 'one' })
  await factory.dispose()
})

test('inject works in create, also behind a wait, and not after it', async () => {
  const token = defineToken<string>('@acme/pg/database')
  const modules = createModules({ folder: '/', provide: [[token, 'db']] })
  let kept: (() => string) | undefined
  const seen: string[] = []
  const factory = factoryOf(
    modules,
    stage({
      create: async ({ inject }) => {
        await Promise.resolve()
        seen.push(inject(token))
        kept = () => inject(token)
        return {}
      },
    }),
  )

  await factory.create(scope)

  expect(seen).toEqual(['db'])
  expect(() => kept?.()).toThrow('Stage "late" asked for "@acme/pg/database" outside create.')
})

test('a token that nothing provides fails create before any record', async () => {
  const token = defineToken<string>('@acme/pg/database')
  const factory = factoryOf(
    createModules({ folder: '/' }),
    stage({ create: ({ inject }) => ({ process: () => inject(token) }) }),
  )
  const eager = factoryOf(
    createModules({ folder: '/' }),
    stage({
      create: ({ inject }) => {
        inject(token)
        return {}
      },
    }),
  )

  await expect(factory.create(scope)).resolves.toBeDefined()
  expect(await Promise.resolve(eager.create(scope)).catch(message)).toMatchInlineSnapshot(`
    "error[CFG_INJECT_UNBOUND]: Stage "late" needs "@acme/pg/database", which nothing provides.
      next Add a resource of @acme/pg under "resources:", or pass it to loadJob: provide: [[token, value]]."
  `)
})
