import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import type { LoadOptions } from '../load-spec.ts'
import { folderWith } from '../modules/folder.test-support.ts'
import { faultsOf, load } from './faults.test-support.ts'

const job = (checkpoint: string, source = '{ file: a.jsonl }'): string =>
  `pipeline:\n  name: late\n${checkpoint}  source: ${source}\n  sink: { file: b.jsonl }\n`
const planOf = async (checkpoint: string, options: Partial<LoadOptions> = {}) => {
  const { plan } = await load(job(checkpoint), options)
  return plan?.checkpoint
}
const every10 = { everyMs: 10_000, dir: '/jobs/.millrace/late', folder: '/jobs', isDefault: false }

describe('checkpoint', () => {
  it('is a duration, a switch, or a map', async () => {
    expect(await planOf('  checkpoint: 500ms\n')).toEqual({ ...every10, everyMs: 500 })
    expect(await planOf('  checkpoint: on\n')).toEqual(every10)
    expect(await planOf('  checkpoint: {}\n')).toEqual(every10)
    expect(await planOf('  checkpoint: off\n')).toBeUndefined()
    expect(await planOf('  checkpoint: false\n')).toBeUndefined()
    expect(await planOf('  checkpoint: { every: 1m, dir: ../state }\n')).toEqual({
      ...every10,
      everyMs: 60_000,
      dir: '/state',
    })
  })

  it('is on by itself where the input does not end, and only there', async () => {
    const endless = await load(job('', 'generate'))
    const off = await load(job('  checkpoint: off\n', 'generate'))

    expect(endless.plan?.checkpoint).toEqual({ ...every10, isDefault: true })
    expect(off.plan?.checkpoint).toBeUndefined()
    expect(await planOf('')).toBeUndefined()
  })

  it('shows where each of its values comes from', async () => {
    const { values } = await load(job('  checkpoint: 5s\n'))

    const own = values.filter(({ path }) => path.startsWith('checkpoint'))
    expect(own.map(({ origin, path, value }) => [path, value, origin])).toEqual([
      ['checkpoint.every', '5s', 'file'],
      ['checkpoint.dir', '/jobs/.millrace/late', 'default'],
    ])
  })

  it('is changed by overrides, in whole or in part', async () => {
    const set = (path: string, value: string) => ({ set: [{ path, value }] })

    const short = await planOf('  checkpoint: 5s\n', set('checkpoint.dir', 'state'))
    const on = await planOf('', set('checkpoint', '2s'))
    const off = await planOf('  checkpoint: 5s\n', set('checkpoint', 'off'))

    expect(short).toEqual({ ...every10, everyMs: 5000, dir: '/sh/state' })
    expect(on).toEqual({ ...every10, everyMs: 2000 })
    expect(off).toBeUndefined()
  })

  it('refuses what is no interval, and keys it does not know', async () => {
    expect(await faultsOf(job('  checkpoint: often\n'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "checkpoint" must be a duration with a unit such as 10s, on, off, or a map with every, dir; got string "often".
        at   /jobs/job.yaml:3:15  pipeline.checkpoint
        next Write a duration with a unit such as 10s, on, off, or a map with every, dir there."
    `)
    expect(await faultsOf(job('  checkpoint: { every: 0s, folder: x }\n'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "checkpoint.every" must be a duration above 0 with a unit, such as 30s or 1h; got string "0s".
        at   /jobs/job.yaml:3:24  pipeline.checkpoint.every
        next Write a duration above 0 with a unit, such as 30s or 1h there.
      error[CFG_UNKNOWN_KEY]: Unknown key "folder" in "checkpoint".
        at   /jobs/job.yaml:3:28  pipeline.checkpoint.folder
        next The keys are: every, dir."
    `)
  })
})

describe('a job with checkpoints', () => {
  it('says how often each part counts a record, and why', async () => {
    const { faults, plan } = await load(
      job('  checkpoint: 10s\n  stages: [filter: ok, aggregate: { aggregate: { n: count() } }]\n'),
    )

    expect(faults).toEqual([])
    const said = plan?.nodes.map(
      ({ delivery, id }) => `${id}: ${delivery?.level}: ${delivery?.why}`,
    )
    expect(said).toMatchInlineSnapshot(`
      [
        "source: exactly once: it is read again from where the last checkpoint stands.",
        "filter: exactly once: it keeps nothing between records.",
        "aggregate: exactly once: its state is part of checkpoints.",
        "sink: exactly once: it shows what a checkpoint holds, and nothing else.",
      ]
    `)
  })

  it('lets a pipeline that escalates go on from the last one, with sinks that deliver exactly once', async () => {
    const restart = '  restart: { onEscalate: restart }\n'
    const append = (text: string): string =>
      text.replace('file: b.jsonl', 'file: { path: b.jsonl, mode: append }')

    const { faults, plan } = await load(append(job(`  checkpoint: 10s\n${restart}`)))

    expect(faults).toEqual([])
    expect(plan?.notes.join('\n')).toContain(
      'let the whole pipeline go on from the last checkpoint',
    )
    expect(await faultsOf(append(job(restart)))).toContain('does not replace its output')
    const logged = job(`  checkpoint: 10s\n${restart}`).replace('b.jsonl', "'-'")
    expect(await faultsOf(logged)).toContain('does not deliver exactly once')
  })

  it('warns of stages whose fields begin anew, and of no others', async () => {
    const folder = folderWith({
      'fields.ts': 'export default function count(record: object) { return record }\n',
    })
    const file = join(folder, 'job.yaml')

    const { warnings } = await load(
      job('  checkpoint: 10s\n  stages: [log, filter: ok, ./fields.ts]\n'),
      { file },
    )

    expect(warnings.map((one) => renderError(one).replaceAll(folder, ''))).toMatchInlineSnapshot(`
      [
        "error[CFG_FIELDS_ANEW]: Stage "fields" may keep fields of its own, which are in no checkpoint: they begin anew with each run.
        at   /job.yaml:4:29  pipeline.stages[2]
        next Keep them in scope.state and declare keeps: 'state', or keeps: 'nothing' where there are none.",
      ]
    `)
  })
})
