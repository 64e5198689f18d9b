import { describe, expect, it } from 'vitest'
import { checkHouse, importsOf } from '../scripts/house-rules.ts'

const file = (path: string, text: string): { path: string; text: string } => ({ path, text })

describe('the house rules', () => {
  it('finds static, type-only, re-exporting and dynamic imports with their lines', () => {
    const text = `import { a } from './a.ts'
import type { B } from '@millrace/base'
import { type C, type D } from 'c'
export { e } from './e.ts'
const f = await import('node:fs')
`

    expect(importsOf(text)).toEqual([
      { specifier: './a.ts', typeOnly: false, line: 1 },
      { specifier: '@millrace/base', typeOnly: true, line: 2 },
      { specifier: 'c', typeOnly: true, line: 3 },
      { specifier: './e.ts', typeOnly: false, line: 4 },
      { specifier: 'node:fs', typeOnly: false, line: 5 },
    ])
  })

  it('refuses an import against the layers and names the row', () => {
    expect(
      checkHouse([file('packages/engine/src/a.ts', `import { x } from '@millrace/loader'\n`)]),
    ).toEqual([
      'packages/engine/src/a.ts:1 imports @millrace/loader; row engine may import: base, core, sdk',
    ])
  })

  it('lets the loader see the types of the engine, not its code', () => {
    const faults = checkHouse([
      file('packages/loader/src/a.ts', `import type { JobSpec } from '@millrace/engine'\n`),
      file('packages/loader/src/b.ts', `import { createJob } from '@millrace/engine'\n`),
    ])

    expect(faults).toEqual([
      'packages/loader/src/b.ts:1 imports @millrace/engine; row loader may import: base, sdk, expression, types of engine',
    ])
  })

  it('keeps node: out of the engine except in its host adapters', () => {
    const faults = checkHouse([
      file('packages/engine/src/host/node-runtime.ts', `import fs from 'node:fs'\n`),
      file('packages/engine/src/run/task.ts', `import fs from 'node:fs'\n`),
    ])

    expect(faults).toEqual([
      'packages/engine/src/run/task.ts:1 imports node:fs; row engine: no node: here',
    ])
  })

  it('lets a plugin use the public entry of another as a library', () => {
    const library = "import { compileAggregates } from '@millrace/aggregate'"
    const inner = "import { groups } from '@millrace/aggregate/groups'"
    const engine = "import { createJob } from '@millrace/engine'"

    expect(checkHouse([file('plugins/window/src/window.ts', library)])).toEqual([])
    expect(checkHouse([file('plugins/window/src/window.ts', inner)])).toHaveLength(1)
    expect(checkHouse([file('plugins/window/src/window.ts', engine)])).toHaveLength(1)
    expect(checkHouse([file('packages/loader/src/load.ts', library)])).toHaveLength(1)
  })

  it('lets tests beside the source use testkit and plugins', () => {
    const text = `import { runStage } from '@millrace/testkit'\nimport filter from '@millrace/filter'\n`

    expect(checkHouse([file('plugins/map/src/map.test.ts', text)])).toEqual([])
    expect(checkHouse([file('plugins/map/src/map.ts', text)])).toHaveLength(1)
  })

  it('finds circles, type imports included', () => {
    expect(
      checkHouse([
        file('packages/base/src/a.ts', `import type { B } from './b.ts'\n`),
        file('packages/base/src/b.ts', `import { a } from './a.ts'\n`),
      ]),
    ).toEqual([
      'circle: packages/base/src/a.ts -> packages/base/src/b.ts -> packages/base/src/a.ts',
    ])
  })

  it('refuses long files, vague names, star exports and inner barrels', () => {
    expect(
      checkHouse([
        file('packages/base/src/long.ts', 'x\n'.repeat(401)),
        file('packages/base/src/utils.ts', '\n'),
        file('packages/base/src/index.ts', `export * from './a.ts'\n`),
        file('packages/base/src/inner.ts', `export { a } from './a.ts'\n`),
      ]),
    ).toEqual([
      'packages/base/src/long.ts has 401 lines; at most 400',
      'packages/base/src/utils.ts: name it after what it exports',
      'packages/base/src/index.ts: list exported names one by one',
      'packages/base/src/inner.ts: only src/index.ts re-exports',
    ])
  })
})
