import { existsSync, readFileSync, readdirSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Ended, folder, run, start } from './command.ts'

/** Records 0 to 199, every fifth line of them broken; the stage refuses every third until it is mended. */
const files = (): Record<string, string> => ({
  'job.yaml': `pipeline:
  name: orders
  mailbox: { capacity: 16 }
  source: { file: in.jsonl, time: { field: n, unit: ms, disorder: 1s } }
  stages:
    - module: ./charge.mjs
      id: charge
    - map: { set: { at: eventTime() } }
  sink: { file: out.jsonl }
  deadLetter: { file: dead.jsonl }
`,
  'charge.mjs': `import { existsSync } from 'node:fs'
const isMended = existsSync(new URL('./mended', import.meta.url))
let count = 0
const pauseMs = Number(process.env.PAUSE_MS ?? 0)
export default async function charge(order) {
  if (!isMended && order.n % 3 === 0) throw new Error('No money.')
  if (pauseMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    process.stderr.write(\`charged #\${++count}\\n\`)
  }
  return order
}
`,
  'in.jsonl': Array.from({ length: 200 }, (_, n) =>
    n % 5 === 0 ? `{"n":${n}\n` : `{"n":${n}}\n`,
  ).join(''),
})
const lines = (path: string): readonly string[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : []
/** All results, of the first run and of replays. */
const results = (cwd: string): readonly string[] =>
  readdirSync(cwd)
    .filter((name) => /^out(\.replay-\d+)?\.jsonl$/.test(name))
    .flatMap((name) => lines(join(cwd, name)))
    .toSorted()
const whole = Array.from({ length: 200 }, (_, n) => `{"n":${n},"at":${n}}`).toSorted()
const replay = (cwd: string, ...rest: string[]): Promise<Ended> =>
  run(cwd, ['dead-letter', 'replay', 'dead.jsonl', 'job.yaml', ...rest])

/** A run that left dead letters; then lines and stage are mended. */
async function mended(): Promise<string> {
  const cwd = folder(files())
  const { code, stderr } = await run(cwd, ['run', 'job.yaml', '--quiet'])
  expect(code, stderr).toBe(0)
  writeFileSync(join(cwd, 'mended'), '')
  const dead = join(cwd, 'dead.jsonl')
  const letters = lines(dead).map((line) => JSON.parse(line) as { readonly raw: string | null })
  const repaired = letters.map((letter) => ({ ...letter, raw: letter.raw && `${letter.raw}}` }))
  writeFileSync(dead, repaired.map((letter) => `${JSON.stringify(letter)}\n`).join(''))
  return cwd
}

it('gives the results of a run that never failed, once, however often it is run', async () => {
  const cwd = await mended()

  const ls = await run(cwd, ['dead-letter', 'ls', 'dead.jsonl'])
  const first = await replay(cwd)
  const second = await replay(cwd)

  expect(ls.stdout).toMatch(/ENG_THROW +charge +53 .*No money\./)
  expect(ls.stdout).toMatch(/FILE_JSON +source +40 /)
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toContain('93 records replayed.')
  expect(second.stdout).toBe('Nothing in dead.jsonl is left to be replayed.\n')
  expect(results(cwd)).toEqual(whole)
})

const slow = { PAUSE_MS: '2' }

it('loses nothing and gives nothing twice when it is killed in the middle, again and again', async () => {
  const cwd = await mended()
  for (const count of [1, 30, 92]) {
    const running = start(cwd, ['dead-letter', 'replay', 'dead.jsonl', 'job.yaml'], slow)
    await running.seen(`charged #${count}\n`)
    running.kill('SIGKILL')
    expect((await running.ended).signal).toBe('SIGKILL')
    expect(results(cwd)).toHaveLength(107)
  }

  const last = await replay(cwd)

  expect(last.code, last.stderr).toBe(0)
  expect(results(cwd)).toEqual(whole)
  expect(readdirSync(cwd).filter((name) => name.endsWith('.lock'))).toEqual([])
})

it.each(['out.replay-1.jsonl', 'dead.replay-1.jsonl'])(
  'gives nothing twice when it is killed as soon as %s is there',
  async (name) => {
    const cwd = await mended()
    const running = start(cwd, ['dead-letter', 'replay', 'dead.jsonl', 'job.yaml'])
    const watcher = watch(cwd, (_, changed) => {
      if (changed === name) running.kill('SIGKILL')
    })
    await running.ended
    watcher.close()

    const last = await replay(cwd)

    expect(last.code, last.stderr).toBe(0)
    expect(results(cwd)).toEqual(whole)
  },
)

it('finishes what went in when it is stopped, and takes the rest the next time', async () => {
  const cwd = folder({ ...files(), mended: '' })
  // More than one batch, so that there is a rest.
  const many = Array.from({ length: 3000 }, (_, n) => deadLetter(n))
  writeFileSync(join(cwd, 'dead.jsonl'), many.join(''))
  const running = start(cwd, ['dead-letter', 'replay', 'dead.jsonl', 'job.yaml'], slow)
  await running.seen('charged #10\n')
  running.kill('SIGINT')

  const stopped = await running.ended
  const before = results(cwd).length
  const last = await replay(cwd)

  expect(stopped.code, stopped.stderr).toBe(0)
  expect(stopped.stdout).toMatch(/records replayed; .* are left: run it once more\./)
  expect(before).toBeLessThan(3000)
  expect(last.stdout).toContain('counts add up')
  expect(results(cwd)).toHaveLength(3000)
  expect(new Set(results(cwd)).size).toBe(3000)
}, 30_000)

function deadLetter(n: number): string {
  const position = { source: 'source', partition: '', offset: n, line: n + 1 }
  const error = { code: 'ENG_THROW', message: 'No money.' }
  const id = `source//${n}/charge`
  const rest = { raw: null, stage: 'charge', input: 'in', key: null, attempts: 1, time: 0 }
  return `${JSON.stringify({ id, record: { n }, ...rest, eventTime: n, error, position })}\n`
}

it('releases what was parked in order, per key, and skips what nobody can mend', async () => {
  const orders = Array.from({ length: 12 }, (_, n) => `{"n":${n},"k":"k${n % 4}"}\n`).join('')
  const job = `pipeline:
  name: orders
  source: { file: in.jsonl }
  stages:
    - { module: ./charge.mjs, id: charge, by: k, onError: park }
  sink: { file: out.jsonl }
  deadLetter: { file: dead.jsonl }
`
  const cwd = folder({ ...files(), 'orders.yaml': job, 'in.jsonl': orders })
  await run(cwd, ['run', 'orders.yaml', '--quiet'])
  const parked = (...args: string[]) => run(cwd, ['parked', ...args])

  const ls = await parked('ls', 'orders.parked.jsonl')
  const skipped = await parked('skip', 'orders.parked.jsonl', '--key', 'k=k0', '--quiet')
  writeFileSync(join(cwd, 'mended'), '')
  const running = start(cwd, ['parked', 'release', 'orders.parked.jsonl'], slow)
  await running.seen('charged #2\n')
  running.kill('SIGKILL')
  await running.ended
  const released = await parked('release', 'orders.parked.jsonl', '--quiet')

  expect(ls.stdout).toContain('parked records in orders.parked.jsonl')
  expect(ls.stdout).toMatch(/charge +k=k0 +3 +1 .*in\.jsonl:1: ENG_THROW No money\./)
  expect([skipped.code, released.code]).toEqual([0, 0])
  const letters = lines(join(cwd, 'dead.replay-1.jsonl')).map(
    (line) => JSON.parse(line) as { record: unknown; error: { code: string } },
  )
  expect(letters).toMatchObject([{ record: { n: 0 }, error: { code: 'PARKED_SKIPPED' } }])
  expect(readFileSync(join(cwd, 'orders.parked.jsonl'), 'utf8')).toBe('')
  const all = ['out.jsonl', 'out.replay-2.jsonl']
    .flatMap((name) => lines(join(cwd, name)))
    .map((line) => JSON.parse(line) as { n: number; k: string })
  for (const key of ['k0', 'k1', 'k2', 'k3']) {
    const own = all.filter(({ k }) => k === key).map(({ n }) => n)
    expect(own).toEqual(own.toSorted((a, b) => a - b))
  }
  expect(all.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ])
})
