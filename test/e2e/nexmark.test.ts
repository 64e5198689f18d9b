import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadJob } from 'millrace'
import { describe, expect, it } from 'vitest'
import { eventsOf, writeEvents, writeSideTable } from '../bench/nexmark/generate.ts'
import { answers, lateQueries } from '../bench/nexmark/oracle/answers.ts'
import { readHouse } from '../bench/nexmark/oracle/house.ts'
import { type Profile, twoCores } from '../bench/nexmark/profile.ts'
import { differing, writtenRows } from '../bench/nexmark/rows.ts'
import { run, samples } from './command.ts'

/** Over 50 s of event time; auctions last up to 0.9 s. */
const small: Profile = { ...twoCores, events: 20_000, rate: 400, inFlight: 10 }

describe.each([
  { order: 'ordered', profile: small, queries: Object.keys(answers) },
  {
    order: 'disordered by 2.5 s',
    profile: { ...small, order: 'disordered' as const },
    queries: Object.keys(answers),
  },
  {
    order: 'late by up to 10 s',
    profile: { ...twoCores, events: 100_000, order: 'late' as const },
    queries: lateQueries,
  },
])('over events that come $order', ({ profile, queries }) => {
  const cwd = join(samples(), 'nexmark')
  writeEvents(join(cwd, 'events.jsonl'), profile)
  writeSideTable(join(cwd, 'side.csv'))
  const house = readHouse(join(cwd, 'events.jsonl'), join(cwd, 'side.csv'))

  it.each(queries)('%s gives what a plain program gives', async (query) => {
    const job = await loadJob(join(cwd, `${query}.yaml`))

    const summary = await job.run()

    expect(summary).toMatchObject({ state: 'completed', warnings: [] })
    const expected = answers[query]?.(house) ?? []
    const written = writtenRows(query, join(cwd, 'out'))
    expect(differing(written, expected)).toEqual({ missing: [], unexpected: [] })
    expect(summary.sinks[0]?.written).toBeGreaterThan(0)
  })
})

it('the same profile gives the same bytes, and another order the same events', () => {
  const cwd = join(samples(), 'nexmark')
  writeEvents(join(cwd, 'events.jsonl'), small)
  const bytes = readFileSync(join(cwd, 'events.jsonl'))
  const ordered = [...eventsOf(small)]

  const disordered = [...eventsOf({ ...small, order: 'disordered' })]

  expect(createHash('md5').update(bytes).digest('hex')).toBe('9e65319e5489e2968cafba2dc7b32d67')
  expect(disordered).not.toEqual(ordered)
  expect(differing(disordered, ordered)).toEqual({ missing: [], unexpected: [] })
})

it('every query carries tests, and they pass', async () => {
  const cwd = join(samples(), 'nexmark')
  const jobs = globSync('*.yaml', { cwd })

  const { code, stdout, stderr } = await run(cwd, ['test', ...jobs, '--json'])

  expect(code, stdout + stderr).toBe(0)
  const { files } = JSON.parse(stdout) as { files: { file: string; tests: unknown[] }[] }
  expect(files.map(({ tests }) => tests.length)).toEqual(jobs.map(() => 1))
  expect(jobs).toHaveLength(Object.keys(answers).length + 1)
})
