import { sinkLaws, sourceLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { openStream } from './open-stream.ts'
import { streamSink } from './stream-sink.ts'
import { streamSource } from './stream-source.ts'
import { newFolder } from './streams.test-support.ts'

sinkLaws(streamSink, {
  records: fc.oneof(fc.jsonValue(), fc.constantFrom(1n, undefined)),
  place() {
    const dir = newFolder()
    return {
      parameters: { name: 'out', dir },
      async read() {
        const stream = await openStream('out', { dir })
        const messages = await stream.read()
        await stream.close()
        return messages.map(({ value }) => value)
      },
    }
  },
  written: (records) => JSON.parse(JSON.stringify(records)) as unknown,
  runs: 15,
})

sourceLaws(streamSource, {
  inputs: fc.array(fc.jsonValue()),
  async parameters(values) {
    const dir = newFolder()
    const stream = await openStream('in', { dir })
    await Promise.all(values.map((value) => stream.append(value)))
    await stream.close()
    return { name: 'in', dir, follow: false }
  },
  entries: (values) =>
    values.map((value) => ({ value: JSON.parse(JSON.stringify(value)) as unknown })),
  runs: 15,
})
