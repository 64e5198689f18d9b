import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { CrashingJob, joined, type Step, textsIn } from './crashes.test-support.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-back-'))
afterAll(() => rmSync(root, { recursive: true }))
let count = 0

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), count: fc.nat(5) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom('prepare', 'commit', 'stop', 'keep', 'back', 'backToFirst'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        turns: fc.nat({ max: 12 }),
        kept: fc.constantFrom(0, 0.5, 1),
      }),
    },
  ),
  { maxLength: 16 },
)

const records = fc.array(
  fc.record({ k: fc.constantFrom('a', 'b', 'c'), id: fc.nat({ max: 99 }) }),
  { minLength: 3, maxLength: 20 },
)

const newFolder = (): string => {
  const folder = join(root, String(++count))
  mkdirSync(folder)
  return folder
}

async function run(
  parameters: { readonly path: string },
  all: readonly object[],
  script: readonly Step[],
) {
  const folder = newFolder()
  const job = new CrashingJob(folder, { ...parameters, path: join(folder, parameters.path) }, all)
  await job.begin()
  for (const [index, step] of script.entries()) await job.step(step, script[index + 1])
  await job.end()
  const texts = textsIn(folder)
  rmSync(folder, { recursive: true })
  return { texts, written: job.written as readonly object[], refusals: job.refusals }
}

it.each([
  { path: 'out.jsonl', refusals: ['FILE_NOT_BACK'] },
  { path: 'out.json', refusals: ['FILE_NOT_BACK'] },
  { path: 'out.csv', columns: ['id', 'k', 'turn'], refusals: ['FILE_NOT_BACK'] },
  { path: 'out.jsonl.gz', mode: 'fail', refusals: ['FILE_NOT_BACK', 'FILE_EXISTS'] },
  { path: '{k}.jsonl', maxOpen: 2, refusals: ['FILE_NOT_BACK'] },
  { path: 'out.jsonl', commit: 'rename', refusals: ['FILE_NOT_AS_LEFT'] },
])(
  '%j: gone back to a savepoint, the files are in the end those of a run that never came further, or nothing is touched',
  async ({ refusals, ...parameters }) => {
    await fc.assert(
      fc.asyncProperty(records, steps, async (all, script) => {
        const found = await run(parameters, all, script)

        const expected = await run(parameters, found.written, [])
        expect(joined(found.texts)).toEqual(joined(expected.texts))
        expect(refusals).toEqual(expect.arrayContaining([...new Set(found.refusals)]))
      }),
      { numRuns: 40 },
    )
  },
)
