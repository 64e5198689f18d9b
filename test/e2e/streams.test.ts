import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { type Ended, folder, run, startProcess } from './command.ts'

const node = process.execPath
const bin = resolve('packages/millrace/bin/millrace.js')

const append = `
import { openStream } from '@millrace/stream'
const [producer, count] = [process.argv[2], Number(process.argv[3])]
const stream = await openStream('numbers')
for (let n = 0; n < count; n += 5) {
  await Promise.all([0, 1, 2, 3, 4].map((more) => stream.append({ producer, n: n + more })))
}
await stream.close()
`

const consume = `
import { openStream } from '@millrace/stream'
const stream = await openStream('numbers')
await stream.consume(
  async ({ attempt, values }) => {
    console.error('handling ' + values[0].n)
    if (process.argv[2] === 'hang' && values[0].n === 3) await new Promise(() => undefined)
    console.log(JSON.stringify({ attempt, n: values[0].n }))
  },
  { lease: '500ms' },
)
await stream.close()
`

const script = (cwd: string, name: string, ...args: string[]): Promise<Ended> =>
  startProcess(node, [name, ...args], { cwd }).ended

it('4 processes that append 250 messages each make 1,000, each in its order; nothing is said on the way', async () => {
  const cwd = folder({ 'append.mjs': append })

  const ended = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => script(cwd, 'append.mjs', name, '250')),
  )

  const { stdout } = await run(cwd, ['stream', 'tail', 'numbers', '--from', 'earliest'])
  const messages = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { producer: string; n: number })
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(
    Array.from({ length: 4 }, () => [0, '']),
  )
  expect(messages).toHaveLength(1000)
  for (const name of ['a', 'b', 'c', 'd']) {
    const own = messages.filter(({ producer }) => producer === name).map(({ n }) => n)
    expect(own).toEqual(Array.from({ length: 250 }, (_, n) => n))
  }
})

it('what a consumer had in hand when it was killed goes to the next one, and nothing else does', async () => {
  const cwd = folder({ 'append.mjs': append, 'consume.mjs': consume })
  await script(cwd, 'append.mjs', 'a', '5')
  const killed = startProcess(node, ['consume.mjs', 'hang'], { cwd })
  await killed.seen('handling 3')
  killed.kill('SIGKILL')
  const first = await killed.ended
  await run(cwd, ['stream', 'append', 'numbers', '--end'])

  const second = await script(cwd, 'consume.mjs')

  const seen = (text: string): unknown[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
  expect(seen(first.stdout).map((one) => (one as { n: number }).n)).toEqual([0, 1, 2])
  // Which comes first depends on when the lease runs out.
  expect(new Set(seen(second.stdout))).toEqual(
    new Set([
      { attempt: 1, n: 4 },
      { attempt: 2, n: 3 },
    ]),
  )
  expect(second.code).toBe(0)
})

it('appends that were acknowledged are there after kill -9, whole and in order', async () => {
  const endless = `
import { openStream } from '@millrace/stream'
const stream = await openStream('numbers')
for (let n = 0; ; n++) {
  await (n % 2 ? stream.append(n) : stream.appendUnsynced(n))
  process.stdout.write(n + '\\n')
  if (n === 200) process.stderr.write('enough')
}
`
  const cwd = folder({ 'endless.mjs': endless })
  const killed = startProcess(node, ['endless.mjs'], { cwd })
  await killed.seen('enough')
  killed.kill('SIGKILL')
  const acknowledged = (await killed.ended).stdout.split('\n').slice(0, -1).map(Number)

  const { stdout } = await run(cwd, ['stream', 'tail', 'numbers', '--from', 'earliest'])

  const there = stdout.trimEnd().split('\n').map(Number)
  expect(there).toEqual(Array.from({ length: there.length }, (_, n) => n))
  expect(there.length).toBeGreaterThanOrEqual(acknowledged.length)
})

it('tail --follow shows what another process appends, and Ctrl-C ends it in good order', async () => {
  const cwd = folder({ 'append.mjs': append })
  await script(cwd, 'append.mjs', 'a', '5')
  // On standard error, where a test can wait for it.
  const args = ['-c', 'exec "$0" "$@" >&2', node, bin, 'stream', 'tail', 'numbers', '--follow']
  const tail = startProcess('sh', args, { cwd })
  await script(cwd, 'append.mjs', 'b', '5')
  await run(cwd, ['stream', 'append', 'numbers', '{"producer":"last"}'])
  await tail.seen('last')
  tail.kill('SIGINT')

  const { code, stderr } = await tail.ended

  expect(code).toBe(0)
  expect(stderr.trimEnd().split('\n')).toHaveLength(11)
})

it('a job from stream to stream that is killed again and again leaves each record once, in order', async () => {
  const job = `pipeline:
  name: copy
  source: { stream: in }
  stages: [{ map: { set: { double: n * 2 } } }]
  sink: { stream: out }
  checkpoint: { every: 50ms }
`
  const cwd = folder({ 'job.yaml': job })
  const producer = startProcess(node, [bin, 'stream', 'append', 'in'], { cwd })
  let count = 0
  for (let kill = 0; kill < 4; kill++) {
    const killed = startProcess(node, [bin, 'run', 'job.yaml', '--log-level', 'error'], { cwd })
    for (let burst = 0; burst < 20; burst++) {
      for (let more = 0; more < 100; more++) producer.write(`{"n":${count++}}\n`)
      await new Promise((resolve) => void setTimeout(resolve, 40 + 20 * kill))
    }
    killed.kill('SIGKILL')
    await killed.ended
  }
  producer.closeInput()
  await producer.ended
  await run(cwd, ['stream', 'append', 'in', '--end'])

  const last = await run(cwd, ['run', 'job.yaml', '--quiet'])

  const { stdout } = await run(cwd, ['stream', 'tail', 'out', '--from', 'earliest'])
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  expect(last.code, last.stderr).toBe(0)
  expect(records).toEqual(Array.from({ length: count }, (_, n) => ({ n, double: n * 2 })))
})
