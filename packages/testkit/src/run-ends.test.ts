import { defineSink, defineSource, type ParameterSchema } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { runSink, runSource } from './run-ends.ts'

const anything: ParameterSchema<{ readonly refuse?: number; readonly fail?: boolean }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value: value as object }),
    jsonSchema: { input: () => ({}) },
  },
}

const source = defineSource({
  name: 'numbers',
  summary: 'Three numbers and one bad line.',
  parameters: anything,
  replay: 'none',
  ends: () => true,
  create: () => ({
    *read() {
      yield { values: [1, 2], lines: [1, 2] }
      yield {
        values: [3],
        lines: [4],
        malformed: [{ offset: 2, line: 3, raw: '{', code: 'BAD', message: 'Half a record.' }],
      }
    },
  }),
})

it('reads a source to its end and keeps what could not be decoded', async () => {
  const run = await runSource(source)

  expect(run.output).toEqual([1, 2, 3])
  expect(run.rejected).toEqual([
    { record: null, code: 'BAD', message: 'Half a record.', raw: '{', line: 3 },
  ])
  expect(run.counts).toMatchObject({ read: 4, sent: 3, malformed: 1 })
})

it('stops reading at the limit', async () => {
  expect((await runSource(source, { limit: 2 })).output).toEqual([1, 2])
})

it('writes to a sink, commits it, and keeps what it refused', async () => {
  const written: unknown[] = []
  const sink = defineSink({
    name: 'array',
    summary: 'Keeps values.',
    parameters: anything,
    guarantee: 'None.',
    create: ({ parameters }) => ({
      write(batch) {
        const rejected = []
        for (let index = 0; index < batch.length; index++) {
          if (batch.value(index) === parameters.refuse) {
            rejected.push({ index, code: 'NO', message: 'Refused.', retry: false })
          } else written.push(batch.value(index))
        }
        return { rejected }
      },
      commit() {
        written.push('committed')
      },
    }),
  })

  const run = await runSink(sink, { parameters: { refuse: 2 }, input: [1, 2, 3] })

  expect(written).toEqual([1, 3, 'committed'])
  expect(run.rejected.map(({ record, code }) => ({ record, code }))).toEqual([
    { record: 2, code: 'NO' },
  ])
  expect(run.counts).toMatchObject({ received: 3, written: 2, rejected: 1 })
})

it('rejects with the cause when the job fails', async () => {
  const broken = defineSink({
    name: 'broken',
    summary: 'Cannot open.',
    parameters: anything,
    guarantee: 'None.',
    create: () => {
      throw new Error('no disk')
    },
  })

  await expect(runSink(broken, { input: [] })).rejects.toThrow('no disk')
})
