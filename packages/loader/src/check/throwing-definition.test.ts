import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type LoadedJob, loadSpec } from '../load-spec.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'throwing-definition-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const members = {
  source: `replay: 'none', ends: true, create: () => ({ *read() {} })`,
  stage: `create: () => ({ process() {} })`,
  sink: `guarantee: 'None.', create: () => ({ write() {} })`,
}

/** Loads a job in which one function of one definition throws. */
async function load(kind: keyof typeof members, member: string): Promise<LoadedJob> {
  for (const each of ['source', 'stage', 'sink'] as const) {
    const own = each === kind ? `${member}: () => { throw new Error('boom') },` : ''
    writeFileSync(
      join(folder, `${each}.mjs`),
      `const parameters = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
        jsonSchema: { input: () => ({ type: 'object', properties: {} }) } } }
      export default { kind: '${each}', name: '${each}', summary: 'It.', parameters,
        ${members[each]}, ${own} }`,
    )
  }
  const text = `pipeline:
  source: ./source.mjs
  stages:
    - ./stage.mjs
  sink: ./sink.mjs
`
  const loaded = await loadSpec({ file: join(folder, 'job.yaml'), text, env: {} })
  await loaded.dispose()
  return loaded
}

it.each([
  ['source', 'ends', 2],
  ['source', 'readsFiles', 2],
  ['stage', 'outputs', 4],
  ['stage', 'reads', 4],
  ['stage', 'expects', 4],
  ['stage', 'check', 4],
  ['sink', 'expects', 5],
  ['sink', 'writesFiles', 5],
] as const)('a %s whose %s throws is a fault at its place', async (kind, member, line) => {
  const { faults, spec } = await load(kind, member)

  expect(spec).toBeUndefined()
  expect(faults.map(({ code, where }) => [code, where.line])).toEqual([
    ['CFG_MODULE_DEFINITION', line],
  ])
  expect(faults[0]?.message).toMatch(
    `The ${kind} of ./${kind}.mjs is not usable: ${member}(parameters) must be `,
  )
  expect(faults[0]?.message).toMatch(/; got the error boom\.$/)
})

it('a stage whose shape throws says so to whoever asks for its shape', async () => {
  const { plan } = await load('stage', 'shape')
  const shape = plan?.nodes.find(({ kind }) => kind === 'stage')?.shape

  let text = ''
  try {
    shape?.(undefined)
  } catch (error) {
    text = renderError(error).replaceAll(folder, '')
  }

  expect(text).toMatchInlineSnapshot(`
    "error[CFG_MODULE_DEFINITION]: The stage of ./stage.mjs is not usable: shape(parameters) must be a function that does not throw; got the error boom.
      at   /job.yaml:4:7  pipeline.stages[0]
      next Mend shape(parameters) in the plugin, or tell its author."
  `)
})
