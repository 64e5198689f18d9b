import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { CrashingJob, joined, type Step, textsIn } from './crashes.test-support.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-crashes-'))
afterAll(() => rmSync(root, { recursive: true }))
let count = 0

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constantFrom('prepare', 'durable', 'commit', 'stop') }),
    fc.record({
      kind: fc.constant('crash' as const),
      turns: fc.nat({ max: 12 }),
      kept: fc.constantFrom(0, 0.5, 1),
    }),
  ),
  { maxLength: 14 },
)

const records = fc.array(
  fc.record({
    k: fc.constantFrom('a', 'b', 'c', 'd'),
    id: fc.nat({ max: 99 }),
    note: fc.constantFrom('x', 'two\nlines'),
  }),
  { maxLength: 20 },
)

const cases = [
  { path: 'out.jsonl' },
  { path: 'out.json' },
  { path: 'out.csv' },
  { path: 'out.csv', columns: ['id', 'k'] },
  { path: 'out.jsonl.gz' },
  { path: 'out.json.gz' },
  { path: 'out.jsonl', mode: 'fail' },
  { path: 'out.jsonl', mode: 'append' },
  { path: 'out.csv', mode: 'append' },
  { path: 'out.csv.gz', mode: 'append', columns: ['id'] },
  { path: '{k}.jsonl', maxOpen: 2 },
  { path: '{k}/{k}.json', maxOpen: 2 },
  { path: '{k}.csv', maxOpen: 2, mode: 'append' },
  { path: 'in/{k}.csv', maxOpen: 1, mode: 'fail' },
]

function folderWith(parameters: { readonly path: string; readonly mode?: string }): string {
  const folder = join(root, String(++count))
  mkdirSync(folder)
  // Of an earlier job: appended to, replaced, or of no interest.
  const old = parameters.path.endsWith('.csv') ? 'k,id,note\nold,1,x\n' : '"old"\n'
  if (parameters.mode === 'fail') writeFileSync(join(folder, 'other.txt'), 'old')
  else if (parameters.path.startsWith('{k}.')) {
    writeFileSync(join(folder, parameters.path.replace('{k}', 'a')), old)
  } else if (parameters.path === 'out.jsonl' || parameters.path === 'out.csv') {
    writeFileSync(join(folder, parameters.path), old)
  }
  return folder
}

async function run(
  parameters: { readonly path: string; readonly mode?: string },
  all: readonly object[],
  script: readonly Step[],
): Promise<Readonly<Record<string, string>>> {
  const folder = folderWith(parameters)
  const job = new CrashingJob(folder, { ...parameters, path: join(folder, parameters.path) }, all)
  await job.begin()
  for (const [index, step] of script.entries()) await job.step(step, script[index + 1])
  await job.end()
  const texts = textsIn(folder)
  rmSync(folder, { recursive: true })
  return texts
}

it.each(cases)(
  '%j: killed at any point, the files in the end are those of an undisturbed run',
  async (parameters) => {
    await fc.assert(
      fc.asyncProperty(records, steps, async (all, script) => {
        const expected = await run(parameters, all, [])

        const found = await run(parameters, all, script)

        expect(found).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  },
)

it.each([
  { path: 'out.jsonl', commit: 'rename' },
  { path: '{k}/out.jsonl.gz', commit: 'rename', maxOpen: 1 },
])(
  '%j: killed at any point, the files of all checkpoints together are those of an undisturbed run',
  async (parameters) => {
    await fc.assert(
      fc.asyncProperty(records, steps, async (all, script) => {
        const expected = joined(await run(parameters, all, []))

        const found = joined(await run(parameters, all, script))

        expect(found).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  },
)
