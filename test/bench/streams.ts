// What a durable stream takes and gives: appends per second, synced and not, alone and together, and messages consumed.
// node test/bench/streams.ts [--messages 20000]
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStream, type Stream } from '@millrace/stream'

const { values } = parseArgs({ options: { messages: { type: 'string', default: '20000' } } })
const MESSAGES = Number(values.messages)
const ROUNDS = 3

const dir = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
let streams = 0
const message = (n: number): object => ({ id: n, origin: 'SFO', delay: n % 90, note: 'on time' })

async function filled(stream: Stream, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1000) {
    await Promise.all(
      Array.from({ length: Math.min(1000, count - n) }, (_, at) =>
        stream.appendUnsynced(message(n + at)),
      ),
    )
  }
}

/** Median of messages per second; `prepare` is not counted. */
async function rate(
  name: string,
  count: number,
  work: (stream: Stream, count: number) => Promise<unknown>,
  prepare: (stream: Stream, count: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const stream = await openStream(`bench-${++streams}`, { dir })
    await prepare(stream, count)
    const start = performance.now()
    await work(stream, count)
    rates.push((count / (performance.now() - start)) * 1000)
    await stream.close()
  }
  const median = rates.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
  console.log(`${name.padEnd(58)} ${Math.round(median).toLocaleString('en-US').padStart(9)}/s`)
}

const together =
  (size: number, append: (stream: Stream, value: object) => Promise<number>) =>
  async (stream: Stream, count: number): Promise<void> => {
    for (let n = 0; n < count; n += size) {
      await Promise.all(Array.from({ length: size }, (_, at) => append(stream, message(n + at))))
    }
  }
const synced = (stream: Stream, value: object): Promise<number> => stream.append(value)
const unsynced = (stream: Stream, value: object): Promise<number> => stream.appendUnsynced(value)
const consume =
  (options: object) =>
  async (stream: Stream): Promise<void> => {
    await stream.end()
    await stream.consume(() => undefined, options)
  }

console.log(`${cpus().length} cores, Node ${process.version}, median of ${ROUNDS}`)
const few = Math.ceil(MESSAGES / 10)
await rate('append, each awaited', few, together(1, synced))
await rate('append, 100 at the same time', MESSAGES, together(100, synced))
await rate('append, 1,000 at the same time', MESSAGES, together(1000, synced))
await rate('appendUnsynced, each awaited', few, together(1, unsynced))
await rate('appendUnsynced, 1,000 at the same time', MESSAGES, together(1000, unsynced))
await rate('consume, windows of 1', few, consume({}), filled)
await rate('consume, windows of 1, relaxed', few, consume({ durability: 'relaxed' }), filled)
await rate('consume, windows of 100', MESSAGES, consume({ size: 100 }), filled)
await rate(
  'consume, windows of 100, keep: false',
  MESSAGES,
  consume({ size: 100, keep: false }),
  filled,
)
await rate(
  'messages(), without a group',
  MESSAGES,
  async (stream) => {
    for await (const _ of stream.messages());
  },
  filled,
)
rmSync(dir, { recursive: true })
