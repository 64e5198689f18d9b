// Appends numbered messages to a stream, from where the stream says that it got to: producer.ts <dir> <name> <count> <at once> <pause ms>
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { openStream } from '@millrace/stream'

/** A message of a producer. */
export interface Numbered {
  readonly producer: string
  readonly n: number
}

/** What it is told of one. */
export interface Appended {
  readonly n: number
  readonly offset: number
}

const [dir = '', producer = '', count = '', atOnce = '', pauseMs = ''] = process.argv.slice(2)
const stream = await openStream<Numbered>('in', { dir })
let next = 0
for await (const { value } of stream.messages()) if (value.producer === producer) next = value.n + 1
process.stderr.write(`${producer}: reading what to append from ${next} on\n`)

async function append(n: number): Promise<void> {
  const message = { producer, n }
  const offset = await (n % 3 === 0 ? stream.append(message) : stream.appendUnsynced(message))
  // At once: what stands in a pipe outlives the process.
  const told: Appended = { n, offset }
  writeSync(1, `${JSON.stringify(told)}\n`)
}

while (next < Number(count)) {
  const last = Math.min(next + Number(atOnce), Number(count))
  const appends: Promise<void>[] = []
  for (; next < last; next++) appends.push(append(next))
  await Promise.all(appends)
  await setTimeout(Number(pauseMs))
}
await stream.close()
