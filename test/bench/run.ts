// The JSON lines job against a hand-written readline script over the same records, whole processes in turn, as a ratio.
// node test/bench/run.ts [--records 10000000] [--runs 3]
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    runs: { type: 'string', default: '3' },
  },
})
const records = Number(values.records)
const runs = Number(values.runs)
const folder = join(tmpdir(), 'millrace-bench')
mkdirSync(folder, { recursive: true })
const input = join(folder, `events-${records}.jsonl`)

/** Records of about 129 bytes, the same for the same count. */
function generate(): void {
  if (existsSync(input)) return
  const file = openSync(`${input}.part`, 'w')
  let seed = 42
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed / 2 ** 32
  }
  const kinds = ['view', 'click', 'purchase', 'refund']
  let lines: string[] = []
  for (let index = 0; index < records; index++) {
    lines.push(
      JSON.stringify({
        id: 1_000_000 + index,
        time: 1_700_000_000_000 + index * 10,
        user: `user-${Math.floor(random() * 10_000)}`,
        type: kinds[Math.floor(random() * 4)],
        amount: Math.round(random() * 10_000) / 100,
        page: `/products/${Math.floor(random() * 1000)}`,
        agent: 'mobile',
      }),
    )
    if (lines.length === 10_000 || index === records - 1) {
      writeSync(file, `${lines.join('\n')}\n`)
      lines = []
    }
  }
  closeSync(file)
  writeFileSync(input, '')
  spawnSync('mv', [`${input}.part`, input])
}

const job = join(folder, 'job.yaml')
const outputs = {
  millrace: join(folder, 'millrace.jsonl'),
  readline: join(folder, 'readline.jsonl'),
}
writeFileSync(
  job,
  `pipeline:
  source: { file: ${input} }
  stages:
    - filter: record.type == 'purchase' && amount > 20
    - aggregate: { aggregate: { count: count(), total: sum(amount), largest: max(amount) } }
      by: user
  sink: { file: ${outputs.millrace} }
`,
)
const preload = ['--import', resolve('test/bench/report-rss.mjs')]
const commands = {
  millrace: [...preload, resolve('packages/millrace/bin/millrace.js'), 'run', job, '--quiet'],
  readline: [...preload, resolve('test/bench/readline-script.mjs'), input, outputs.readline],
}
type Name = keyof typeof commands

function time(name: Name): { seconds: number; megabytes: number } {
  const rss = join(folder, `${name}.rss`)
  const started = performance.now()
  const ended = spawnSync(process.execPath, commands[name], {
    cwd: resolve('.'),
    env: { ...process.env, BENCH_RSS: rss },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (ended.status !== 0) throw new Error(`${name} ended with ${String(ended.status)}`)
  return {
    seconds: (performance.now() - started) / 1000,
    megabytes: Number(readFileSync(rss, 'utf8')) / 1024,
  }
}

/** Both answers by user, sums rounded to a millionth: the script adds in plain doubles, we compensate. */
function answer(path: string): string {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { user: string; count: number; total: number; largest: number },
    )
    .map((row) => `${row.user} ${row.count} ${row.total.toFixed(6)} ${row.largest}`)
    .toSorted()
    .join('\n')
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

generate()
time('readline')
time('millrace')
if (answer(outputs.millrace) !== answer(outputs.readline)) throw new Error('the answers differ')
const results: Record<Name, { seconds: number; megabytes: number }[]> = {
  millrace: [],
  readline: [],
}
for (let run = 0; run < runs; run++) {
  results.millrace.push(time('millrace'))
  results.readline.push(time('readline'))
}
console.log(
  `\n${records} records, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, median of ${runs}\n`,
)
console.log('| | seconds | records/s | peak MB |\n| --- | --- | --- | --- |')
for (const name of ['readline', 'millrace'] as const) {
  const seconds = median(results[name].map((result) => result.seconds))
  const megabytes = median(results[name].map((result) => result.megabytes))
  console.log(
    `| ${name} | ${seconds.toFixed(2)} | ${Math.round(records / seconds)} | ${megabytes.toFixed(0)} |`,
  )
}
const ratios = results.readline.map(
  (result, run) => result.seconds / (results.millrace[run]?.seconds ?? Number.NaN),
)
console.log(
  `\nMillrace is ${median(ratios).toFixed(2)} times as fast as the script (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}).`,
)
