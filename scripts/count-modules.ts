import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const job = `pipeline:
  source: { file: purchases.jsonl, time: { field: time, disorder: 1s } }
  stages:
    - filter: amount > 20
    - window: { tumbling: 1m, aggregate: { count: count() } }
      by: user
  sink: { file: counts.jsonl }
`
const purchase = { time: 1700000000000, user: 'ann', amount: 71.14 }

// Runs before anything else of the process.
const counter = `import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({
  load(url, context, next) {
    if (!url.startsWith('node:')) loaded.push(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync('loaded.txt', loaded.join('\\n')))
`

/**
 * The modules that a small job loads, from file by filter and window to file, where `folder` has the packages in node_modules.
 * Throws where the job fails.
 */
export function loadedModules(folder: string): readonly string[] {
  writeFileSync(join(folder, 'job.yaml'), job)
  writeFileSync(join(folder, 'purchases.jsonl'), `${JSON.stringify(purchase)}\n`)
  writeFileSync(join(folder, 'counter.mjs'), counter)
  const command = join(folder, 'node_modules/millrace/bin/millrace.js')
  const args = ['--import', './counter.mjs', command, 'run', 'job.yaml', '--quiet']
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The small job ended with ${String(status)}:\n${stderr}`)
  return readFileSync(join(folder, 'loaded.txt'), 'utf8').split('\n')
}
