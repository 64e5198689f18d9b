import { describe, expect, it } from 'vitest'
import { faultsOf, load } from './faults.test-support.ts'

const job = (emitter: string, more = ''): string => `pipeline:
  source: { file: a.jsonl, time: { field: at, disorder: 0s } }
  stages:
    - window: { emitter: ${emitter}, aggregate: { n: count() } }
  sink: { file: b.jsonl }
${more}`
const file = { file: `${import.meta.dirname}/job.yaml` }
const sorting = '../../../../plugins/window/src/sorted-evens.test-support.ts'

describe('a parameter that names a module', () => {
  it('takes one of the job, in both forms, and shows its parameters', async () => {
    for (const form of [
      `{ '${sorting}': { size: 3 } }`,
      `{ module: '${sorting}', parameters: { size: 3 } }`,
    ]) {
      const { faults, values } = await load(job(form), file)

      expect(faults).toStrictEqual([])
      const shown = values.filter(({ path }) => path.includes('emitter'))
      expect(shown.map(({ path, value }) => [path, value])).toStrictEqual([
        ['stages.window.parameters.emitter.module', sorting],
        ['stages.window.parameters.emitter.parameters.size', 3],
      ])
    }
  })

  it('may be set from outside, with its parameters', async () => {
    const { faults, values } = await load(job('{ module: ./none.ts, parameters: { size: 3 } }'), {
      ...file,
      env: {
        MILLRACE_STAGES__WINDOW__PARAMETERS__EMITTER__MODULE: sorting,
        MILLRACE_STAGES__WINDOW__PARAMETERS__EMITTER__PARAMETERS__SIZE: '4',
      },
    })

    expect(faults).toStrictEqual([])
    expect(values.find(({ path }) => path.endsWith('emitter.parameters.size'))?.value).toBe(4)
  })

  it('says all that is wrong with it', async () => {
    const faults = [
      await faultsOf(job('./nowhere.ts'), file),
      await faultsOf(job('./lagging-watermarks.test-support.ts'), file),
      await faultsOf(job(`{ '${sorting}': { size: 0, sise: 1 } }`), file),
      await faultsOf(job('3'), file),
      await faultsOf(job('[]'), file),
      await faultsOf(
        job(`{ '${sorting}': { size: 1 } }`, 'plugins: { allow: [window, file] }'),
        file,
      ),
    ]

    const folder = import.meta.dirname
    expect(faults.join('\n').replaceAll(folder, '/jobs')).toMatchInlineSnapshot(`
      "error[CFG_MODULE_FILE]: There is no file ./nowhere.ts (looked for /jobs/nowhere.ts).
        at   /jobs/job.yaml:4:26  pipeline.stages[0].window.emitter
        next Paths of modules are relative to the folder of the job file.
      error[CFG_MODULE_KIND]: ./lagging-watermarks.test-support.ts exports no emitter; it exports a watermark strategy (default).
        at   /jobs/job.yaml:4:26  pipeline.stages[0].window.emitter
        next Use it where a watermark strategy stands.
      error[CFG_TYPE]: Parameter "size" must be a whole number above 0; got number 0.
        at   /jobs/job.yaml:4:99  pipeline.stages[0].window.emitter.../../../../plugins/window/src/sorted-evens.test-support.ts.size
        next Write a whole number above 0 there.
      error[CFG_UNKNOWN_PARAMETER]: ../../../../plugins/window/src/sorted-evens.test-support.ts has no parameter "sise".
        at   /jobs/job.yaml:4:102  pipeline.stages[0].window.emitter.../../../../plugins/window/src/sorted-evens.test-support.ts.sise
        next Did you mean "size"?
      error[CFG_TYPE]: An emitter must be a module name or a map with one; got number 3.
        at   /jobs/job.yaml:4:26  pipeline.stages[0].window.emitter
        next Write a module name or a map with one there.
      error[CFG_TYPE]: An emitter must be a module name or a map with one; got a list.
        at   /jobs/job.yaml:4:26  pipeline.stages[0].window.emitter
        next Write a module name or a map with one there.
      error[CFG_PLUGIN]: Module "../../../../plugins/window/src/sorted-evens.test-support.ts" is not among those that plugins.allow lists.
        at   /jobs/job.yaml:4:28  pipeline.stages[0].window.emitter.../../../../plugins/window/src/sorted-evens.test-support.ts
        next Add it there, or use one of: window, file."
    `)
  })
})
