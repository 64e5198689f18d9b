import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, run } from './command.ts'

const fixtures = 'test/fixtures/state'
const versions = readdirSync(fixtures)

/** A copy of what a killed job of an earlier version has left. */
function killed(version: string): string {
  const place = folder()
  cpSync(join(fixtures, version, 'killed'), place, { recursive: true })
  return place
}

const read = (place: string, file: string): string =>
  readFileSync(join(place, file), 'utf8').replaceAll(/"time":\d+/g, '')

/** Formats of the latest checkpoint in a folder: that of the store, and that of what the job writes into it. */
function formats(place: string): string {
  const names = readdirSync(join(place, 'state'))
  const latest = (kind: string): string => {
    const numbers = names.flatMap((name) => new RegExp(`^${kind}-(\\d+)$`).exec(name)?.[1] ?? [])
    return join(place, 'state', `${kind}-${Math.max(...numbers.map(Number))}`)
  }
  const [, , store] = readFileSync(latest('checkpoint'), 'utf8').split(' ', 3)
  return `store ${store}, blocks ${readFileSync(latest('blocks'))[0]}`
}

describe.each(versions)('the state of a job that was killed, in format %s', (version) => {
  it('is read, and the job goes on to what an undisturbed run has given', async () => {
    const place = killed(version)

    const ended = await run(place, ['run', 'job.yaml'])

    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stderr).toContain('going on from checkpoint')
    for (const file of readdirSync(join(fixtures, version, 'expected'))) {
      expect(read(place, file)).toBe(read(join(fixtures, version, 'expected'), file))
    }
  })
})

it('the formats that this version writes have a fixture: node scripts/write-state-fixture.ts', async () => {
  const place = killed(versions[0] ?? '')
  const ended = await run(place, ['run', 'job.yaml', '--fresh'])
  expect(ended.code, ended.stderr).toBe(0)

  const known = versions.map((version) => formats(join(fixtures, version, 'killed')))
  expect(known).toContain(formats(place))
  expect(known).toContain('store 1, blocks 1')
})
