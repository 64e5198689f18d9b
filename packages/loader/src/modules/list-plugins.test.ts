import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createModules } from './create-modules.ts'
import { folderWith } from './folder.test-support.ts'
import { knownPlugins } from './known-plugins.ts'
import { listPlugins } from './list-plugins.ts'
import type { PluginInfo } from './modules.ts'

const geo = `
  const parameters = {
    '~standard': {
      version: 1,
      vendor: 'acme',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object', properties: { field: { type: 'string' } } }) },
    },
  }
  export default {
    kind: 'stage', name: 'geo', summary: 'Finds places.', main: 'field', parameters,
    create: () => ({ process: (record) => record }),
  }
  export const round = {
    kind: 'function', name: 'roundTo', summary: 'Rounds.', arguments: ['x'], call: Math.round,
  }
  export const total = {
    kind: 'aggregate', name: 'total', summary: 'Adds.', arguments: 1,
    create: () => ({}), add() {}, merge: (a) => a, result: () => 0,
  }`

const files = {
  'package.json': JSON.stringify({
    name: 'job',
    dependencies: { '@acme/geo': '*', 'left-pad': '*', absent: '*' },
    devDependencies: { '@acme/broken': '*' },
  }),
  'node_modules/@acme/geo/package.json': JSON.stringify({
    name: '@acme/geo',
    version: '1.2.3',
    type: 'module',
    exports: './index.js',
    millrace: { stage: { geo: '.' }, function: { roundTo: '.' }, codec: { later: '.' } },
  }),
  'node_modules/@acme/geo/index.js': geo,
  'node_modules/@acme/broken/package.json': JSON.stringify({
    name: '@acme/broken',
    version: '0.1.0',
    exports: './index.js',
    millrace: { sink: { broken: '.', odd: 1 } },
  }),
  'node_modules/@acme/broken/index.js': "throw new Error('no license')",
  'node_modules/left-pad/package.json': JSON.stringify({ name: 'left-pad', version: '1.0.0' }),
}

const jobFolder = (): string => folderWith(files)

const ofAcme = (plugins: readonly PluginInfo[]): readonly PluginInfo[] =>
  plugins.filter((plugin) => plugin.package.startsWith('@acme/'))

test('installed plugins are known by the manifests of what the folder depends on', () => {
  const folder = jobFolder()
  mkdirSync(join(folder, 'jobs'))
  const geo = { package: '@acme/geo', version: '1.2.3', subpath: '.', from: folder }

  expect(knownPlugins([join(folder, 'jobs')])).toEqual([
    { kind: 'stage', name: 'geo', ...geo },
    {
      kind: 'sink',
      name: 'broken',
      package: '@acme/broken',
      version: '0.1.0',
      subpath: '.',
      from: folder,
    },
    { kind: 'function', name: 'roundTo', ...geo },
  ])
})

test('plugins are listed with summary and parameters, a broken one with its fault', async () => {
  const [stage, sink, round] = ofAcme(await listPlugins(jobFolder()))

  expect(stage).toEqual({
    kind: 'stage',
    name: 'geo',
    package: '@acme/geo',
    version: '1.2.3',
    summary: 'Finds places.',
    main: 'field',
    parameters: { type: 'object', properties: { field: { type: 'string' } } },
  })
  expect(sink).toMatchObject({ name: 'broken', summary: '', parameters: {} })
  expect(sink?.fault?.message).toMatch(/broken\/index\.js:1 threw while .*: no license\.$/)
  expect(round).toMatchObject({ kind: 'function', summary: 'Rounds.', parameters: {} })
})

test('the plugins that millrace itself comes with are listed everywhere', async () => {
  const known = await createModules({ folder: jobFolder() }).known('stage')

  expect(known).toEqual(expect.arrayContaining(['geo', 'filter', 'map', 'route', 'aggregate']))
})

test('a package is loaded with where it came from', async () => {
  const folder = jobFolder()
  const loaded = await createModules({ folder }).load('@acme/geo', 'stage')

  expect(loaded).toMatchObject({
    specifier: '@acme/geo',
    kind: 'stage',
    definition: { name: 'geo' },
    schema: { type: 'object' },
    package: { name: '@acme/geo', version: '1.2.3' },
    file: join(folder, 'node_modules/@acme/geo/index.js'),
    export: 'default',
  })
})

test('a file of the job has no package', async () => {
  const folder = jobFolder()
  writeFileSync(join(folder, 'mine.ts'), 'export default (record: unknown) => record')

  const loaded = await createModules({ folder }).load('./mine.ts', 'stage')

  expect(loaded).toMatchObject({ definition: { name: 'mine' }, package: undefined })
})

test('a package brings its functions and aggregates', async () => {
  const modules = createModules({ folder: jobFolder() })

  const { functions, aggregates } = await modules.loadFunctions('@acme/geo')

  expect(functions.map((definition) => definition.name)).toEqual(['roundTo'])
  expect(aggregates.map((definition) => definition.name)).toEqual(['total'])
})
