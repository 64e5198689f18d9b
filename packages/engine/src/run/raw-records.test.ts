import { createManualRuntime } from '@millrace/core'
import type { SinkBatch, SourceBatch } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job, listSink, listSource, stage } from '../job/engine-parts.test-support.ts'

const bytes = new TextEncoder().encode('1 two! bad 4')
const batch: SourceBatch = {
  values: [1, 2, 4],
  offsets: [0, 1, 3],
  malformed: [{ offset: 2, raw: 'bad', code: 'BAD', message: 'It is bad.' }],
  raw: { bytes: [bytes, bytes, bytes], from: [0, 2, 11], to: [1, 6, 12] },
}

/** A sink that notes the bytes of what it gets, or that there are none. */
function rawSink(id: string, refuses: (text: string) => boolean = () => false) {
  const texts: string[] = []
  const textOf = ({ raw }: SinkBatch, index: number): string =>
    raw === undefined
      ? 'none'
      : new TextDecoder().decode(raw.bytes(index).subarray(raw.from(index), raw.to(index)))
  const sink = listSink(id, [from('odd')], {
    write(records: SinkBatch) {
      const all = Array.from({ length: records.length }, (_, index) => textOf(records, index))
      texts.push(...all)
      const rejected = all.flatMap((text, index) =>
        refuses(text) ? [{ index, code: 'NO', message: 'No.', retry: true }] : [],
      )
      return { rejected }
    },
  })
  return { sink, texts }
}

it('a sink that asks for them gets the bytes of each record, again where it refused one', async () => {
  const runtime = createManualRuntime()
  let refusals = 1
  const asking = rawSink('asking', (text) => text === 'two!' && refusals-- > 0)
  const other = rawSink('other')
  const odd = stage('odd', 'source', {
    process: (record: number) => (record === 1 ? undefined : record),
  })
  const spec = job({
    sources: [listSource([batch], { raw: true, onError: 'skip' })],
    stages: [odd],
    sinks: [{ ...asking.sink, raw: true, onError: { retry: { times: 1 } } }, other.sink],
  })

  const ended = createJob(spec, { runtime }).run()
  await runtime.elapse(1000)

  expect((await ended).error).toBeUndefined()
  expect(asking.texts).toEqual(['two!', '4', 'two!'])
  expect(other.texts).toEqual(['none', 'none'])
})
