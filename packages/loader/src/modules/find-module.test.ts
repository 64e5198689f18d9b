import { renderError } from '@millrace/base'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from './folder.test-support.ts'
import { findModule, searchFolders } from './find-module.ts'
import type { Kind } from './modules.ts'

/** An installed package with index.js as its only entry, unless `more` says otherwise. */
function installed(name: string, more: object = {}): Record<string, string> {
  const manifest = { name, version: '1.2.3', exports: './index.js', ...more }
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify(manifest),
    [`node_modules/${name}/index.js`]: '',
  }
}

function fault(folder: string, specifier: string, kind: Kind = 'stage'): string {
  try {
    findModule(specifier, kind, [folder])
  } catch (error) {
    return renderError(error).replaceAll(folder, '<folder>')
  }
  return 'found'
}

test('a short name is the official package before the plugin of others', () => {
  const both = folderWith({ ...installed('@millrace/geo'), ...installed('millrace-plugin-geo') })
  const other = folderWith(installed('millrace-plugin-geo'))

  expect(findModule('geo', 'stage', [both]).package?.name).toBe('@millrace/geo')
  expect(findModule('geo', 'stage', [other]).package?.name).toBe('millrace-plugin-geo')
})

test('a short name that the package of the parameter lists is its own', () => {
  const millrace = { detector: { ewma: './ewma.js' } }
  const folder = folderWith({
    ...installed('@millrace/anomaly', { millrace, exports: { './ewma.js': './index.js' } }),
    ...installed('@millrace/ewma'),
    ...installed('@millrace/knn'),
  })
  const owner = '@millrace/anomaly'

  const own = findModule('ewma', 'detector', [folder], owner)
  expect([own.package?.name, own.name, own.export]).toEqual([owner, 'ewma', 'ewma'])
  expect(findModule('knn', 'detector', [folder], owner).package?.name).toBe('@millrace/knn')
  expect(findModule('ewma', 'emitter', [folder], owner).package?.name).toBe('@millrace/ewma')
})

test('a package is found from the first folder that has it', () => {
  const job = folderWith({})
  const base = folderWith(installed('@acme/pg'))

  const found = findModule('@acme/pg', 'sink', [job, base])

  expect(found.file).toBe(join(base, 'node_modules/@acme/pg/index.js'))
  expect(found.package).toMatchObject({ name: '@acme/pg', version: '1.2.3' })
})

test('the folders are the job, the further ones, and the one of the loader', () => {
  expect(searchFolders('/job', ['/base', '/job'])).toEqual([
    '/job',
    '/base',
    expect.stringMatching(/modules$/),
  ])
})

test('a package is resolved by the import condition', () => {
  const exports = { import: './index.js' }
  const folder = folderWith(installed('@acme/only-import', { exports }))

  expect(findModule('@acme/only-import', 'stage', [folder]).url).toMatch(/index\.js$/)
})

test('the manifest names the entry of a plugin', () => {
  const millrace = { stage: { window: './window', session: './session' } }
  const exports = { '.': './index.js', './window': './index.js', './session': './session.js' }
  const folder = folderWith({
    ...installed('@acme/window', { millrace, exports }),
    'node_modules/@acme/window/session.js': '',
  })

  expect(findModule('@acme/window', 'stage', [folder]).name).toBe('window')
  expect(findModule('@acme/window#session', 'stage', [folder]).file).toMatch(/session\.js$/)
  expect(findModule('@acme/window/session', 'stage', [folder]).file).toMatch(/session\.js$/)
})

test('exports and plugins may be named like members of every object', () => {
  const millrace = { stage: { toString: './text.js' } }
  const exports = { '.': './index.js', './text.js': './text.js' }
  const folder = folderWith({
    ...installed('@acme/text', { millrace, exports }),
    ...installed('@acme/all', { exports }),
    'node_modules/@acme/text/text.js': '',
  })

  expect(findModule('@acme/text#toString', 'stage', [folder]).file).toMatch(/text\.js$/)
  expect(findModule('@acme/text#valueOf', 'stage', [folder]).export).toBe('valueOf')
  expect(findModule('@acme/all#constructor', 'stage', [folder]).file).toMatch(/index\.js$/)
})

test('a package without a scope needs a manifest to be found by its bare name', () => {
  const folder = folderWith({
    ...installed('left-pad'),
    ...installed('geo-tools', { millrace: { stage: { geo: '.' } } }),
  })

  expect(findModule('geo-tools', 'stage', [folder]).name).toBe('geo')
  expect(fault(folder, 'left-pad')).toContain('CFG_MODULE_NOT_FOUND')
})

test('a name that no package is named after is what the only one lists that the job depends on', () => {
  const millrace = { stage: { anomaly: '.', drift: '.' } }
  const job = (...names: string[]): Record<string, string> => {
    const dependencies = Object.fromEntries(names.map((name) => [name, '*']))
    return { 'package.json': JSON.stringify({ name: 'job', dependencies }) }
  }
  const one = folderWith({ ...installed('@acme/odd', { millrace }), ...job('@acme/odd') })
  const two = folderWith({
    ...installed('@acme/odd', { millrace }),
    ...installed('@acme/strange', { millrace }),
    ...job('@acme/odd', '@acme/strange'),
  })

  const found = findModule('drift', 'stage', [one])
  expect([found.package?.name, found.name, found.export]).toEqual(['@acme/odd', 'drift', 'drift'])
  expect(fault(two, 'drift')).toContain('CFG_MODULE_NOT_FOUND')
})

test('a package that is being written finds itself', () => {
  const manifest = { name: '@acme/self', version: '0.1.0', exports: './index.js' }
  const folder = folderWith({ 'package.json': JSON.stringify(manifest), 'index.js': '' })

  expect(findModule('@acme/self', 'stage', [folder]).file).toBe(join(folder, 'index.js'))
})

test('a short name that is not installed names what was tried and how to install it', () => {
  expect(fault(folderWith({}), 'weather')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_NOT_FOUND]: No stage "weather" is installed; tried @millrace/weather, millrace-plugin-weather from <folder>.
      next Install it: npm install @millrace/weather (or: npm install millrace-plugin-weather)"
  `)
})

test('a name that is nearly that of an installed plugin gets it proposed', () => {
  const millrace = { stage: { window: '.' } }
  const folder = folderWith({
    ...installed('@millrace/window', { millrace }),
    'package.json': JSON.stringify({ name: 'job', dependencies: { '@millrace/window': '*' } }),
  })

  expect(fault(folder, 'windwo')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_NOT_FOUND]: No stage "windwo" is installed; tried @millrace/windwo, millrace-plugin-windwo from <folder>.
      next Did you mean "window"? If not, install it: npm install @millrace/windwo (or: npm install millrace-plugin-windwo)"
  `)
  expect(fault(folder, 'Window!')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_SPECIFIER]: Module "Window!" must be a short name, a package name or a path that starts with "./".
      next Did you mean "window"?"
  `)
})

test('a package that is not installed names the one to install', () => {
  expect(fault(folderWith({}), '@acme/pg', 'sink')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_NOT_FOUND]: No sink "@acme/pg" is installed; tried @acme/pg from <folder>.
      next Install it: npm install @acme/pg"
  `)
})

test('a text that can be no module says what one looks like', () => {
  expect(fault(folderWith({}), 'my module')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_SPECIFIER]: Module "my module" must be a short name, a package name or a path that starts with "./".
      next Write it like filter, @acme/plugin or ./actors/mine.ts, with #Export where needed."
  `)
})

test('an entry that a package does not export is named', () => {
  const folder = folderWith(installed('@acme/pg'))

  expect(fault(folder, '@acme/pg/none')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_ENTRY]: Package @acme/pg is installed but cannot be imported: Package subpath './none' is not defined by "exports" in <folder>/node_modules/@acme/pg/package.json.
      next Look at "exports" in the package.json of @acme/pg; it needs an entry for "@acme/pg/none" by "import" or "default"."
  `)
})

test('an entry whose file is missing is named', () => {
  const folder = folderWith(installed('@acme/pg', { exports: './dist/index.js' }))

  expect(fault(folder, '@acme/pg')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_ENTRY]: Package @acme/pg is installed but cannot be imported: its entry file://<folder>/node_modules/@acme/pg/dist/index.js does not exist.
      next Look at "exports" in the package.json of @acme/pg; it needs an entry for "@acme/pg" by "import" or "default"."
  `)
})

test('a missing file says where it was looked for', () => {
  expect(fault(folderWith({}), './actors/mine.ts#Mine')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_FILE]: There is no file ./actors/mine.ts (looked for <folder>/actors/mine.ts).
      next Paths of modules are relative to the folder of the job file."
  `)
})

test('a missing file with a neighbor of nearly that name proposes it', () => {
  const folder = folderWith({ 'actors/mine.ts': '', 'actors/readme.md': '' })

  expect(fault(folder, './actors/mine.js')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_FILE]: There is no file ./actors/mine.js (looked for <folder>/actors/mine.js).
      next Did you mean "./actors/mine.ts"?"
  `)
  expect(fault(folder, './actors/mien.ts')).toContain('Did you mean "./actors/mine.ts"?')
})

test('a file that Node cannot run is refused by its ending', () => {
  const folder = folderWith({ 'view.tsx': '', 'table.csv': '' })

  expect(fault(folder, './view.tsx')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_FILE_TYPE]: Module ./view.tsx must end in .ts, .mts, .js, .mjs or .cjs; got ".tsx".
      next Node cannot run JSX: write the file without it and name it .ts or .js."
  `)
  expect(fault(folder, './table.csv')).toMatchInlineSnapshot(`
    "error[CFG_MODULE_FILE_TYPE]: Module ./table.csv must end in .ts, .mts, .js, .mjs or .cjs; got ".csv".
      next Name the file that holds the code."
  `)
})
