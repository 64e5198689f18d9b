import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JobFolder } from './commands.test-support.ts'

let folder: JobFolder

beforeEach(() => {
  folder = new JobFolder()
  folder.write(
    'job.yaml',
    'pipeline:',
    '  name: flights',
    '  checkpoint: { every: 1m, dir: state }',
    '  source: { file: in.jsonl, time: { field: at, unit: ms, disorder: 1d } }',
    '  stages:',
    '    - module: ./visits.mjs',
    '      id: totals',
    '      by: origin',
    '  sink: { file: out.jsonl }',
  )
  folder.write(
    'visits.mjs',
    "import { defineStage } from '@millrace/sdk'",
    "import { z } from 'zod'",
    'export default defineStage({',
    "  name: 'visits',",
    "  summary: 'Counts.',",
    "  keeps: 'state',",
    '  parameters: z.object({}),',
    '  create({ state }) {',
    "    const n = state.value('n', { initial: () => 0 })",
    "    const seen = state.map('seen')",
    '    return {',
    '      process(record) {',
    '        n.set(n.get() + 1)',
    '        seen.set(record.at, { until: new Date(record.at), far: Infinity })',
    '        return record',
    '      },',
    '    }',
    '  },',
    '})',
  )
  folder.write(
    'in.jsonl',
    '{"at":0,"origin":"SFO"}',
    '{"at":1,"origin":"JFK"}',
    '{"at":2,"origin":"SFO"}',
  )
})
afterEach(() => folder.remove())

// Sizes hang on the length of the folder's path.
const stable = (text: string): string =>
  text.replaceAll(/\d+:\d\d ago/g, 'AGE ago').replaceAll(/[\d.]+ k?B on disk/g, 'SIZE on disk')

describe('a job that never ran', () => {
  it('has no state, and says so', async () => {
    const status = await folder.command('status', 'job.yaml')
    const ls = await folder.command('state', 'ls', 'job.yaml')
    const savepoint = await folder.command('savepoint', 'job.yaml')

    expect(status).toEqual({
      code: 0,
      out: 'flights does not run\nstate in state: none so far\n',
      error: '',
    })
    expect(ls.code).toBe(2)
    expect(ls.error).toMatchInlineSnapshot(`
      "error[CLI_NOTHING_KEPT]: Job "flights" has no checkpoint in /jobs/state.
        next Run it: the first one comes after the interval of checkpoint.every.
      "
    `)
    expect(savepoint.error).toBe(ls.error)
  })

  it('cannot have any where it takes no checkpoints', async () => {
    const none = await folder.command('status', 'job.yaml', '--set', 'checkpoint=off')
    const from = await folder.command('run', 'job.yaml', '--set=checkpoint=off', '--from', 'x')

    expect(none.error).toMatchInlineSnapshot(`
      "error[CLI_NO_STATE]: The job takes no checkpoints; status needs them.
        next Add checkpoint: 10s to the pipeline, or give --set checkpoint=10s.
      "
    `)
    expect(from.error).toContain('error[CLI_NO_STATE]: The job takes no checkpoints; --from needs')
  })
})

describe('the state of a job', () => {
  it('is listed and read, by stage, handle and key', async () => {
    const ran = await folder.command('run', 'job.yaml', '--quiet')

    const status = await folder.command('status', 'job.yaml')
    const ls = await folder.command('state', 'ls', 'job.yaml')
    const all = await folder.command('state', 'get', 'totals', 'job.yaml')
    const sfo = ['--key', 'origin=SFO']
    const one = await folder.command('state', 'get', 'totals.n', 'job.yaml', ...sfo)
    const wrong = await folder.command('state', 'get', 'total', 'job.yaml')
    const form = await folder.command('state', 'get', 'totals', 'job.yaml', '--key', 'SFO')
    const json = await folder.command('state', 'get', 'totals', 'job.yaml', '--json')

    expect(ran).toEqual({ code: 0, out: '', error: '' })
    expect(stable(status.out)).toMatchInlineSnapshot(`
      "flights does not run
      state in state, SIZE on disk
      checkpoint 2, AGE ago, when the job was finished: 3 records read
      sources stand at
        source  at its end
      stages keep
        totals  5 entries
      "
    `)
    expect(stable(ls.out)).toMatchInlineSnapshot(`
      "checkpoint 2, 3 records read, SIZE on disk
      handle       kind   entries  bytes
      totals.n     value        2  142 B
      totals.seen  map          3  290 B
      "
    `)
    expect(all.out).toMatchInlineSnapshot(`
      "{"handle":"n","key":{"origin":"SFO"},"value":2}
      {"handle":"n","key":{"origin":"JFK"},"value":1}
      {"handle":"seen","key":{"origin":"SFO"},"name":0,"value":{"until":"1970-01-01T00:00:00.000Z","far":"Infinity"}}
      {"handle":"seen","key":{"origin":"SFO"},"name":2,"value":{"until":"1970-01-01T00:00:00.002Z","far":"Infinity"}}
      {"handle":"seen","key":{"origin":"JFK"},"name":1,"value":{"until":"1970-01-01T00:00:00.001Z","far":"Infinity"}}
      "
    `)
    expect(one.out).toBe('{"handle":"n","key":{"origin":"SFO"},"value":2}\n')
    expect(wrong.code).toBe(2)
    expect(wrong.error).toMatchInlineSnapshot(`
      "error[CLI_NO_STATE_OF]: Nothing is kept under "total".
        next Did you mean "totals"?
      "
    `)
    expect(form.error).toContain('error[CLI_KEY_FORM]')
    // It prints nothing else.
    expect(json.code).toBe(2)
    expect(json.out).toContain("Unknown option '--json'.")
  })

  it('has its size with that of its journals', async () => {
    await folder.command('run', 'job.yaml', '--quiet')
    mkdirSync(folder.file('state/journal/source'), { recursive: true })
    writeFileSync(folder.file('state/journal/source/segment-0'), new Uint8Array(5_000_000))

    const status = await folder.command('status', 'job.yaml')
    const ls = await folder.command('state', 'ls', 'job.yaml')
    const json = await folder.command('state', 'ls', 'job.yaml', '--json')

    expect(status.out).toContain('state in state, 5.0 MB on disk, 5.0 MB of it journals\n')
    expect(ls.out).toContain('3 records read, 5.0 MB on disk, 5.0 MB of it journals\n')
    expect(JSON.parse(json.out)).toMatchObject({ journalBytes: 5_000_000 })
    expect(JSON.parse(json.out).bytes).toBeGreaterThan(5_001_000)
  })

  it('is said as JSON', async () => {
    await folder.command('run', 'job.yaml', '--quiet')

    const status = await folder.command('status', 'job.yaml', '--json')
    const ls = await folder.command('state', 'ls', 'job.yaml', '--json')

    expect(JSON.parse(status.out)).toMatchObject({
      dir: '/jobs/state',
      running: null,
      checkpoint: { end: 'finished', read: 3, sources: [{ id: 'source', isOver: true, read: 3 }] },
    })
    expect(JSON.parse(ls.out).handles).toContainEqual(
      expect.objectContaining({ stage: 'totals', handle: 'n', kind: 'value', entries: 2 }),
    )
  })

  it('that is damaged is no obstacle to another one, or to none', async () => {
    await folder.command('run', 'job.yaml', '--quiet')
    await folder.command('state', 'export', 'a.state', 'job.yaml')
    const damage = (): void => {
      for (const name of readdirSync(folder.file('state'))) {
        if (/^(checkpoint|blocks)-/.test(name)) folder.write(`state/${name}`, 'x')
      }
    }

    damage()
    const refused = await folder.command('run', 'job.yaml', '--quiet')
    const fresh = await folder.command('run', 'job.yaml', '--quiet', '--fresh')
    damage()
    const imported = await folder.command('state', 'import', 'a.state', 'job.yaml', '--replace')
    const status = await folder.command('status', 'job.yaml', '--json')

    expect(refused.error).toContain('STORE_CORRUPT')
    expect([fresh.code, imported.code], fresh.error + imported.error).toEqual([0, 0])
    expect(JSON.parse(status.out)).toMatchObject({ checkpoint: { read: 3 } })
  })

  it('of another job is refused, and so is a file that is none', async () => {
    await folder.command('run', 'job.yaml', '--quiet')
    await folder.command('state', 'export', 'a.state', 'job.yaml')
    folder.write('b.state', 'hello')

    const others = ['job.yaml', '--set', 'name=others', '--replace']
    const other = await folder.command('state', 'import', 'a.state', ...others)
    const none = await folder.command('state', 'import', 'b.state', 'job.yaml', '--replace')
    const missing = await folder.command('state', 'import', 'c.state', 'job.yaml', '--replace')

    expect(other.error).toMatchInlineSnapshot(`
      "error[JOB_STATE_OTHER]: "/jobs/a.state" is the state of job "flights", not of "others".
        at   a.state
        next Name a savepoint of this job, or give the job the name that it had.
      "
    `)
    expect(none.error).toMatchInlineSnapshot(`
      "error[STORE_IMPORT]: The file is no whole export of state: line 1 is no JSON object.
        at   b.state
        next Export the state again; nothing was imported.
      "
    `)
    expect(missing.error).toContain('error[JOB_STATE_FILE]: "/jobs/c.state" cannot be used: ENOENT')
  })
})
