import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadJob } from '@millrace/job'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

const members = [
  'constructor',
  'valueOf',
  'toString',
  'hasOwnProperty',
  'isPrototypeOf',
  'toLocaleString',
  'propertyIsEnumerable',
]

/** Every part of a job that a user names, with seven names. */
const jobOf = ([a, b, c, d, e, f, g]: readonly string[]): string => `pipeline:
  name: ${a}
  sources:
    ${b}: { file: { path: in.csv, types: { ${a}: number, ${b}: string, ${c}: number } } }
  stages:
    - { filter: "${a} > 0 && record['${c}'] != 5", id: ${a}, from: ${b} }
    - map: { rename: { ${b}: ${d} }, set: { ${e}: ${c} * 2, ${f}.${a}: ${a} } }
      id: ${c}
    - module: route
      id: ${d}
      parameters: { routes: { ${a}: ${c} < 3, ${b}: ${c} >= 3 } }
      outputs:
        ${a}:
          - aggregate: { aggregate: { ${c}: count(), ${b}: 'sum(${e})' }, emit: end }
            id: ${e}
            by: { ${a}: ${d}, ${e}: ${f}.${a} > 3 }
          - ${f}
        ${b}: ${g}
  sinks:
    ${f}: { file: one.jsonl }
    ${g}: { file: { path: two.csv, columns: [${e}, ${d}, ${a}] } }
`

const rows = fc.array(
  fc.tuple(fc.integer({ min: -2, max: 9 }), fc.constantFrom('x', 'y'), fc.nat({ max: 6 })),
  { maxLength: 30 },
)

it('runs a job right whose names are members of every object', async () => {
  const cwd = folder()
  const resultsWith = async (names: readonly string[], data: readonly (readonly unknown[])[]) => {
    const header = names.slice(0, 3).join(',')
    writeFileSync(join(cwd, 'in.csv'), `${[header, ...data].join('\n')}\n`)
    const job = await loadJob(join(cwd, 'job.yaml'), { text: jobOf(names) })
    const { state, stages } = await job.run()
    const texts = ['one.jsonl', 'two.csv'].map((name) => readFileSync(join(cwd, name), 'utf8'))
    return { state, used: stages.map((stage) => stage.used), texts }
  }
  const plainNames = ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1']

  const property = fc.asyncProperty(
    rows,
    fc.shuffledSubarray(members, { minLength: plainNames.length }),
    async (data, names) => {
      const plain = await resultsWith(plainNames, data)
      const texts = plain.texts.map((text) =>
        text.replaceAll(/[a-g]1/g, (name) => names[plainNames.indexOf(name)] ?? ''),
      )

      expect(await resultsWith(names, data)).toEqual({ ...plain, texts })
      expect(plain.state).toBe('completed')
    },
  )
  await fc.assert(property, { numRuns: 25 })
})

it('takes an unset variable for unset, whatever its name', async () => {
  const text = `env: [constructor]
pipeline:
  source: { file: '\${toString}.jsonl' }
  stages: [{ filter: "env('constructor') == name" }]
  sink: { file: '\${valueOf:-out}.jsonl' }
`
  const cwd = folder({ 'job.yaml': text, 'in.jsonl': '{"name":"me"}\n{"name":"you"}\n' })

  const unset = await run(cwd, ['validate', 'job.yaml'])
  const set = await run(cwd, ['run', 'job.yaml', '--quiet'], {
    env: { constructor: 'me', toString: 'in' },
  })

  expect(unset.code).toBe(2)
  expect(unset.stderr).toContain('The environment has no constructor; expected a value for it.')
  expect(unset.stderr).toContain('The environment has no toString; expected a value for it.')
  expect(set.code, set.stderr).toBe(0)
  expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe('{"name":"me"}\n')
})
