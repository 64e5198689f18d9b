import { renderError } from '@millrace/base'
import { expect, test } from 'vitest'
import { findModule } from '../find-module.ts'
import { folderWith as newFolderWith } from '../folder.test-support.ts'
import { importModule } from './import-module.ts'

// What `npm init -y` writes.
const commonJs = { 'package.json': '{ "name": "job", "type": "commonjs" }' }

const folderWith = (files: Readonly<Record<string, string>>): string =>
  newFolderWith({ ...commonJs, ...files })

async function imported(files: Readonly<Record<string, string>>): Promise<unknown> {
  const folder = folderWith(files)
  const file = Object.keys(files)[0] ?? ''
  const exports = await importModule(findModule(`./${file}`, 'stage', [folder]), folder)
  return exports['default']
}

async function fault(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = folderWith(files)
  const file = Object.keys(files)[0] ?? ''
  return importModule(findModule(`./${file}`, 'stage', [folder]), folder).then(
    () => 'no fault',
    (error: unknown) => renderError(error).replaceAll(folder, '<folder>'),
  )
}

test('TypeScript and JavaScript files are ES modules in a folder of type commonjs', async () => {
  for (const name of ['mine.js', 'mine.mjs']) {
    expect(await imported({ [name]: 'export default 1' })).toBe(1)
  }
  for (const name of ['mine.ts', 'mine.mts']) {
    expect(await imported({ [name]: 'const one: number = 1\nexport default one' })).toBe(1)
  }
})

test('a .cjs file stays CommonJS', async () => {
  expect(await imported({ 'mine.cjs': 'module.exports = 1' })).toBe(1)
})

test('a module may wait while it is imported', async () => {
  expect(await imported({ 'mine.ts': 'export default await Promise.resolve(2)' })).toBe(2)
})

test('relative imports find the TypeScript file behind ./c, ./c.js and a folder', async () => {
  const result = await imported({
    'mine.ts': `
      import { one } from './lib/one'
      import { two } from './lib/two.js'
      import { three } from './three'
      export default one + two + three`,
    'lib/one.ts': "import { zero } from './zero.ts'\nexport const one: number = 1 + zero",
    'lib/zero.ts': 'export const zero: number = 0',
    'lib/two.ts': 'export const two: number = 2',
    'three/index.js': 'export const three = 3',
  })

  expect(result).toBe(6)
})

test('files of other packages keep the format their package.json says', async () => {
  const result = await imported({
    'mine.ts': "import { one } from 'dependency'\nexport default one",
    'node_modules/dependency/package.json': '{ "name": "dependency", "main": "index.js" }',
    'node_modules/dependency/index.js': 'exports.one = require("./one").one',
    'node_modules/dependency/one.js': 'exports.one = 1',
  })

  expect(result).toBe(1)
})

test('an enum is refused with its line and what to write instead', async () => {
  expect(await fault({ 'actors/mine.ts': 'export default 1\nenum Color { Red }' }))
    .toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: actors/mine.ts:2 uses an enum, which Node cannot run without a compiler.
      at   <folder>/actors/mine.ts:2
      next Write a constant object: const Color = { red: 'red' } as const, and type Color = keyof typeof Color."
  `)
})

test('a parameter property is refused with its line and what to write instead', async () => {
  const text = 'export default class {\n  constructor(private size: number) {}\n}'

  expect(await fault({ 'mine.ts': text })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: mine.ts:2 uses a parameter property, which Node cannot run without a compiler.
      at   <folder>/mine.ts:2
      next Declare the field in the class and assign it in the constructor: this.field = field."
  `)
})

test('a namespace is refused with its line and what to write instead', async () => {
  expect(await fault({ 'mine.ts': '\n\nnamespace A { export const x = 1 }' }))
    .toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: mine.ts:3 uses a namespace, which Node cannot run without a compiler.
      at   <folder>/mine.ts:3
      next Export the members from the file itself."
  `)
})

test('a decorator is refused with its line and what to write instead', async () => {
  const text = 'const log = (x: unknown) => x\n@log\nexport default class {}'

  expect(await fault({ 'mine.ts': text })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: mine.ts:2 uses a decorator, which Node cannot run without a compiler.
      at   <folder>/mine.ts:2
      next Call the function on the class or its method after the class instead."
  `)
})

test('import = and export = are refused with what to write instead', async () => {
  expect(await fault({ 'mine.ts': "import fs = require('fs')\nexport default fs" }))
    .toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: mine.ts:1 uses import x = require(), which Node cannot run without a compiler.
      at   <folder>/mine.ts:1
      next Write: import x from 'package'."
  `)
  expect(await fault({ 'mine.ts': 'export = 1' })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: mine.ts:1 uses export =, which Node cannot run without a compiler.
      at   <folder>/mine.ts:1
      next Write: export default."
  `)
})

test('JSX is refused with its line', async () => {
  const text = 'export const one = 1\nexport default () => <div>hello</div>'

  expect(await fault({ 'mine.ts': text })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: mine.ts:2 uses JSX, which Node cannot run without a compiler.
      at   <folder>/mine.ts:2
      next Build the value with function calls, without tags."
  `)
  expect(await fault({ 'mine.js': text })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_TYPESCRIPT]: mine.js:2 uses JSX, which Node cannot run without a compiler.
      at   <folder>/mine.js:2
      next Build the value with function calls, without tags."
  `)
})

test('a syntax error names file and line, in TypeScript and in JavaScript', async () => {
  const text = 'export const one = 1\nexport default function ( {\n'

  expect(await fault({ 'mine.ts': text })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_SYNTAX]: mine.ts:2 cannot be parsed: Unexpected token \`<eof>\`. Expected identifier, string literal, numeric literal or [ for the computed key.
      at   <folder>/mine.ts:2
      next Mend the syntax there."
  `)
  expect(await fault({ 'mine.js': text })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_SYNTAX]: mine.js:2 cannot be parsed: Something that was opened is not closed.
      at   <folder>/mine.js:2
      next Mend the syntax; a file with TypeScript types must end in .ts."
  `)
})

test('a syntax error in a file that is imported names that file', async () => {
  const files = {
    'mine.ts': "import './lib/bad.js'\nexport default 1",
    'lib/bad.js': '\n\nlet = ;',
  }

  expect(await fault(files)).toMatchInlineSnapshot(`
    "error[CFG_MODULE_SYNTAX]: lib/bad.js:3 cannot be parsed: Expression expected.
      at   <folder>/lib/bad.js:3
      next Mend the syntax; a file with TypeScript types must end in .ts."
  `)
})

test('types in a JavaScript file are a syntax error that says so', async () => {
  expect(await fault({ 'mine.js': '\n// One.\nconst one: number = 1\nexport default one' }))
    .toMatchInlineSnapshot(`
      "error[CFG_MODULE_SYNTAX]: mine.js:3 cannot be parsed: Missing initializer in const declaration.
        at   <folder>/mine.js:3
        next Mend the syntax; a file with TypeScript types must end in .ts."
    `)
})

test('a package that a file imports and that is not installed is named', async () => {
  expect(await fault({ 'mine.ts': "import pad from 'left-padx'\nexport default pad" }))
    .toMatchInlineSnapshot(`
      "error[CFG_MODULE_IMPORT]: mine.ts:1 imports "left-padx", which is not installed.
        at   <folder>/mine.ts:1:17
        next Install it: npm install left-padx"
    `)
})

test('a file that a file imports and that does not exist is named', async () => {
  expect(await fault({ 'mine.ts': "import one from './lib/one.js'\nexport default one" }))
    .toMatchInlineSnapshot(`
      "error[CFG_MODULE_IMPORT]: mine.ts:1 imports "lib/one.js", which does not exist.
        at   <folder>/mine.ts:1:17
        next Mend the path of the import, or add the file."
    `)
})

test('an imported name that is only a type says how to import it', async () => {
  const files = {
    'mine.ts': "import { Size } from './size.ts'\nexport default (x: Size) => x",
    'size.ts': 'export type Size = number',
  }

  expect(await fault(files)).toMatchInlineSnapshot(`
    "error[CFG_MODULE_IMPORT_NAME]: mine.ts:1 imports "Size" from "./size.ts", which exports no such value.
      at   <folder>/mine.ts:1
      next If "Size" is a type, write: import type { Size } from './size.ts'"
  `)
})

test('a module that throws shows its message, file and line', async () => {
  expect(await fault({ 'mine.ts': "const one: number = 1\nthrow new Error('No database.')" }))
    .toMatchInlineSnapshot(`
      "error[CFG_MODULE_THROWS]: mine.ts:2 threw while it was imported: No database.
        at   <folder>/mine.ts:2:7
        next Mend it there; what can fail belongs into open or create, where it is supervised."
    `)
})

test('a module that throws something else than an error shows it', async () => {
  expect(await fault({ 'mine.js': "throw 'a text'" })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_THROWS]: mine.js threw while it was imported: a text.
      at   <folder>/mine.js
      next Mend it there; what can fail belongs into open or create, where it is supervised."
  `)
})

test('CommonJS code in an ES module says what to write instead', async () => {
  expect(await fault({ 'mine.js': 'module.exports = (record) => record' })).toMatchInlineSnapshot(`
    "error[CFG_MODULE_THROWS]: mine.js:1 threw while it was imported: module is not defined in ES module scope.
      at   <folder>/mine.js:1:1
      next Files of a job are ES modules: write import and export, or name the file .cjs."
  `)
})
