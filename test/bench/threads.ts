// What worker threads and processes bring, and what it costs to get there: a stage that costs 2 µs for each record, and one that costs next to
// nothing, in the thread of the job, in two of their own and in two processes; runs in turn. node test/bench/threads.ts [--records 1000000] [--runs 5] [--write]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadJob } from '@millrace/job'
import { median } from './measure/statistics.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '5' },
    child: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const records = Number(values.records)

const modules = {
  // Flat records of seven fields, three of them texts, as a decoder gives them.
  'readings.mjs': `
    const pool = JSON.parse(JSON.stringify(Array.from({ length: 65536 }, (_, n) => ({ id: n, user: 'user number ' + (n % 200),
      kind: ['bid', 'ask', 'view'][n % 3], amount: n / 7, at: 1700000000000 + n, note: 'note ' + n * 7919, n }))))
    const batches = Array.from({ length: 64 }, (_, at) => pool.slice(at * 1024, at * 1024 + 1024))
    export default { kind: 'source', name: 'readings', summary: 'Readings.', parameters: PARAMETERS, ends: true, replay: 'none', create: () => ({
      *read() { for (let left = ${records}, at = 0; left > 0; left -= 1024) yield { values: batches[at++ % 64] } } }) }`,
  'work.mjs': `
    export default { kind: 'stage', name: 'work', summary: 'Works.', parameters: PARAMETERS, keeps: 'nothing', create: () => ({
      process(record) {
        let x = record.n
        for (let turn = 0; turn < 420; turn++) x = (x * 31 + turn) % 1000003
        return { id: record.id, user: record.user, amount: record.amount, x }
      } }) }`,
  'pass.mjs': `
    export default { kind: 'stage', name: 'pass', summary: 'Passes.', parameters: PARAMETERS, keeps: 'nothing', create: () => ({
      process: ({ amount, id, user }) => ({ id, user, amount, x: id }) }) }`,
  'none.mjs': `
    export default { kind: 'sink', name: 'none', summary: 'Counts.', parameters: PARAMETERS, guarantee: 'None.', create: () => ({ write() {} }) }`,
}
const parameters = `{ '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }),
  jsonSchema: { input: () => ({ type: 'object', properties: {} }) } } }`
const cases = {
  'work-here': ['work', ''],
  'work-threads': ['work', 'parallel: { workers: 2, runs: threads, mode: unordered }'],
  'work-processes': ['work', 'parallel: { workers: 2, runs: processes, mode: unordered }'],
  'pass-here': ['pass', ''],
  'pass-threads': ['pass', 'parallel: { workers: 2, runs: threads, mode: unordered }'],
  'pass-processes': ['pass', 'parallel: { workers: 2, runs: processes, mode: unordered }'],
} as const
type Case = keyof typeof cases
const names = Object.keys(cases) as Case[]

/** Runs one job to its end: how long it took from its first record on, ms. */
async function child(file: string): Promise<void> {
  const job = await loadJob(file)
  const run = job.run()
  let began = performance.now()
  const looking = setInterval(() => {
    if (job.progress().state === 'starting') began = performance.now()
  }, 1)
  const { error, sinks } = await run
  clearInterval(looking)
  if (error !== undefined) throw error
  if ((sinks[0]?.written ?? 0) < records) throw new Error('Records are missing.')
  console.log(JSON.stringify(performance.now() - began))
}

function parent(): void {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-threads-'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(modules)) {
    writeFileSync(join(folder, name), text.replace('PARAMETERS', parameters))
  }
  for (const name of names) {
    const [stage, parallel] = cases[name]
    const keys = [`module: ./${stage}.mjs`, ...(parallel === '' ? [] : [parallel])]
    writeFileSync(
      join(folder, `${name}.yaml`),
      `pipeline:\n  source: { module: ./readings.mjs }\n  stages:\n    - { ${keys.join(', ')} }\n  sink: { module: ./none.mjs }\n`,
    )
  }
  const times = new Map<Case, number[]>(names.map((name) => [name, []]))
  for (let run = 0; run < Number(values.runs); run++) {
    for (const name of names) {
      const args = [import.meta.filename, '--child', join(folder, `${name}.yaml`)]
      const { status, stderr, stdout } = spawnSync(
        process.execPath,
        [...args, '--records', String(records)],
        { encoding: 'utf8' },
      )
      if (status !== 0) throw new Error(stderr)
      times.get(name)?.push(JSON.parse(stdout) as number)
    }
  }
  rmSync(folder, { recursive: true })
  const perRecord = (name: Case): number => (median(times.get(name) ?? []) * 1e6) / records
  const lines = ['work', 'pass'].map((stage) => {
    const here = perRecord(`${stage}-here` as Case)
    const apart = ['threads', 'processes'].map((runs) => perRecord(`${stage}-${runs}` as Case))
    const times = [here, ...apart].map((each) => each.toFixed(0))
    const ratios = apart.map((each) => (here / each).toFixed(2))
    return `| ${[stage, ...times, ...ratios].join(' | ')} |`
  })
  const [{ model } = { model: 'unknown' }] = cpus()
  const text = `# Worker threads

\`node test/bench/threads.ts\`: ${records.toLocaleString('en')} records of seven fields, three of them texts, through one stage, in the thread of the job, in two
worker threads (\`parallel: { workers: 2, runs: threads, mode: unordered }\`) and in two processes (\`runs: processes\`); \`work\` computes for each
record, \`pass\` does next to nothing: what it takes longer there is what the way there and back costs. ns per record, medians of ${values.runs} processes, without their start. Node ${process.version}, ${cpus().length} cores of ${model}.

| stage | here | two threads | two processes | here / threads | here / processes |
|---|---|---|---|---|---|
${lines.join('\n')}
`
  console.log(text)
  if (values.write) writeFileSync('docs/benchmarks/threads.md', text)
}

await (values.child === undefined ? parent() : child(values.child))
