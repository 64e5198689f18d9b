import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

const job = (sink = '{ file: out.jsonl }'): string => `pipeline:
  name: orders
  mailbox: { capacity: 16 }
  source: { file: in.jsonl }
  stages:
    - map: { set: { digit: n % 10 } }
    - module: ./flaky.mjs
      id: flaky
    - module: ./wary.mjs
      id: wary
      by: digit
      onError: park
  sink: ${sink}
  deadLetter: { file: dead.jsonl }
  restart: { intensity: 0, onEscalate: { restart: { intensity: 3, backoff: 5ms } } }
`
const files = (sink?: string): Record<string, string> => ({
  'job.yaml': job(sink),
  'flaky.mjs': `let left = Number(process.env.STRIKES ?? 0)
let isBroken = false
export default class Flaky {
  open() {
    if (!isBroken) return
    isBroken = false
    throw new Error('no line')
  }
  process(order) {
    if (order.n === 1500 && left-- > 0) {
      isBroken = true
      throw new Error('spoilt')
    }
    if (order.n % 100 === 7) throw new RangeError('No money.')
    return order
  }
}
`,
  'wary.mjs': `export default function wary(order) {
  if (order.n === 33) throw new Error('Wait.')
  return order
}
`,
  'in.jsonl': Array.from({ length: 2000 }, (_, n) => `{"n":${n}}\n`).join(''),
})
/** Lines without the times at which things failed. */
const text = (cwd: string, name: string): string | undefined => {
  const path = join(cwd, name)
  if (!existsSync(path)) return undefined
  return readFileSync(path, 'utf8')
    .replaceAll(/"(time|eventTime)":\d+/g, '"$1":0')
    .replaceAll(cwd, '')
}

it('begins anew as often as it must, and leaves exactly what an undisturbed run leaves', async () => {
  const [plain, struck] = [folder(files()), folder(files())]

  const first = await run(plain, ['run', 'job.yaml'])
  const second = await run(struck, ['run', 'job.yaml'], { env: { STRIKES: '3' } })

  expect(first.code, first.stderr).toBe(0)
  expect(second.code, second.stderr).toBe(0)
  for (const name of ['out.jsonl', 'dead.jsonl', 'job.parked.jsonl']) {
    expect(text(struck, name), name).toBe(text(plain, name))
  }
  expect(text(plain, 'out.jsonl')?.split('\n').length).toBeGreaterThan(1500)
  expect(second.stdout).toContain('begun anew 3 times')
  expect(second.stdout).toContain('counts add up: each of the 2,000 records read')
  expect(second.stdout).toContain('20 dead letters')
  expect(second.stderr).toContain(
    'They are in job.parked.jsonl; list them with: millrace parked ls job.parked.jsonl',
  )
  expect(second.stderr).toContain('The pipeline begins anew (3 of 3): "flaky" is not started again')
})

it('ends with a report when it never works, and the old output stays', async () => {
  const cwd = folder(files())
  writeFileSync(join(cwd, 'out.jsonl'), 'old\n')

  const { code, stderr } = await run(cwd, ['run', 'job.yaml'], { env: { STRIKES: '99' } })

  expect(code).toBe(1)
  expect(stderr).toContain(
    'error[ENG_GAVE_UP]: The pipeline does not begin anew: it failed 4 times',
  )
  expect(stderr).toContain('failed to open: no line')
  expect(text(cwd, 'out.jsonl')).toBe('old\n')
  expect(text(cwd, 'dead.jsonl')?.split('\n').length).toBeGreaterThan(5)
})

it('validate refuses to begin anew where records would stand twice', async () => {
  const cwd = folder(files("{ file: '-' }"))

  const { code, stdout, stderr } = await run(cwd, ['validate', 'job.yaml'])

  expect(code).toBe(2)
  expect(stdout + stderr).toContain(
    'error[CFG_NOT_REPEATABLE]: restart.onEscalate lets the pipeline begin anew, and sink "sink" does not replace its output: records would stand there twice.',
  )
  expect(stdout + stderr).toContain('job.yaml:13:11')
})

const withResource = (refusals: number, restart: string): Record<string, string> => ({
  'job.yaml': `pipeline:
  name: orders
  source: { file: in.jsonl }
  resources:
    db: { module: ./db.mjs${restart} }
  stages:
    - module: ./enrich.mjs
  sink: { file: out.jsonl }
`,
  'token.mjs': `import { defineToken } from '@millrace/sdk'
export const db = defineToken('@acme/db')
`,
  'db.mjs': `import { defineResource } from '@millrace/sdk'
import { db } from './token.mjs'
const parameters = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ value: {} }), jsonSchema: { input: () => ({}) } },
}
let opens = 0
export default defineResource({
  name: 'db',
  summary: 'Looks up.',
  parameters,
  provides: db,
  create() {
    if (++opens <= ${refusals}) throw new Error('refused')
    return { open: opens }
  },
})
`,
  'enrich.mjs': `import { defineStage } from '@millrace/sdk'
import { db } from './token.mjs'
const parameters = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ value: {} }), jsonSchema: { input: () => ({}) } },
}
export default defineStage({
  name: 'enrich',
  summary: 'Adds.',
  parameters,
  create({ inject }) {
    const { open } = inject(db)
    return { process: (record) => ({ ...record, open }) }
  },
})
`,
  'in.jsonl': '{"n":1}\n',
})

it('a resource that is refused at first is opened within the budget, where it has a restart', async () => {
  const within = folder(withResource(2, ', restart: { backoff: 5ms }'))
  const without = folder(withResource(2, ''))
  const beyond = folder(withResource(9, ', restart: { backoff: 5ms }'))

  const opened = await run(within, ['run', 'job.yaml'])
  const refused = await run(without, ['run', 'job.yaml'])
  const never = await run(beyond, ['run', 'job.yaml'])

  expect(opened.code, opened.stderr).toBe(0)
  expect(text(within, 'out.jsonl')).toBe('{"n":1,"open":3}\n')
  expect(opened.stdout).toContain(', 2 restarts')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('error[ENG_START]: "db" failed to create: refused')
  expect(refused.stderr).toContain('job.yaml:5:')
  expect(never.stderr).toContain('error[ENG_RESTARTS]: "db" is not started again')
})
