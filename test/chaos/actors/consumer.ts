// Handles messages of a stream as one of a group, and tells each step: consumer.ts <dir> <name> <window>
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { openStream } from '@millrace/stream'

/** A step of a consumer, as it tells it. */
export interface Handled {
  readonly step: 'begin' | 'fail' | 'end'
  readonly first: number
  readonly size: number
  readonly attempt: number
}

const [dir = '', name = '', size = '1'] = process.argv.slice(2)
const stream = await openStream('done', { dir })
process.stderr.write(`${name}: reading what there is to handle\n`)
let handled = 0
await stream.consume(
  async ({ attempt, messages, values }) => {
    const first = messages[0]?.offset ?? -1
    const tell = (step: Handled['step']): void => {
      const line: Handled = { step, first, size: values.length, attempt }
      writeSync(1, `${JSON.stringify(line)}\n`)
    }
    tell('begin')
    if (handled++ % 5 === 0) await setTimeout(1)
    if (first % 7 === 3 && attempt === 1) {
      tell('fail')
      throw new Error('Not at the first time.')
    }
    tell('end')
  },
  {
    group: 'handlers',
    size: Number(size),
    maxWait: 20,
    lease: 4000,
    attempts: 1000,
    backoff: 5,
    maxBackoff: 20,
  },
)
await stream.close()
