import {
  type Batch,
  type BatchOutput,
  defineStage,
  type ParameterSchema,
  type RecordContext,
} from '@millrace/sdk'
import { describe, expect, it } from 'vitest'
import { runStage } from './run-stage.ts'

interface Limit {
  readonly above: number
}

const limit: ParameterSchema<Limit> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'object' && value !== null && 'above' in value
        ? { value: value as Limit }
        : { issues: [{ message: 'above is missing', path: ['above'] }] },
    jsonSchema: { input: () => ({}) },
  },
}

function emitBatch(batch: Batch, output: BatchOutput): void {
  for (let index = 0; index < batch.length; index++) output.emit(index, 'batch')
}

const threshold = defineStage<Limit>({
  name: 'threshold',
  summary: 'Parts small from large.',
  parameters: limit,
  outputs: { out: 'The large.', small: 'The small.' },
  check: ({ above }, { keys, ends }) =>
    above < 0 || keys.includes('bad') || !ends
      ? [{ path: ['above'], message: 'No.', hint: 'Choose another.' }]
      : [],
  create: ({ parameters, outputs, inject }) => ({
    process(record: number, context: RecordContext) {
      if (parameters.above === 1000) inject({ symbol: Symbol('x'), name: '@acme/pg/pool' })
      if (record === 13) context.reject('UNLUCKY', 'Thirteen.')
      else if (record === 0) context.skip('zero')
      else if (record > parameters.above) return record
      else outputs['small']?.emit(record)
      return undefined
    },
    ...(parameters.above === 7 ? { processBatch: emitBatch } : {}),
  }),
})

describe('runStage', () => {
  it('gives the records of every output, with their times, and what became of the others', async () => {
    const run = await runStage(threshold, { parameters: { above: 10 }, input: [5, 20, 13, 0, 30] })

    expect(run.output).toEqual([20, 30])
    expect(run.outputs).toEqual({ out: [20, 30], small: [5] })
    expect(run.timestamps).toEqual({ out: [1, 4], small: [0] })
    expect(run.rejected).toEqual([
      { record: 13, code: 'UNLUCKY', message: 'Thirteen.', raw: null, line: undefined },
    ])
    expect(run.reasons).toEqual({ zero: 1 })
    expect(run.counts).toMatchObject({ in: 5, used: 3, filtered: 1, dead: 1 })
  })

  it('takes event times from the test', async () => {
    const run = await runStage(threshold, {
      parameters: { above: 1 },
      input: [20, 30],
      timestamp: (record) => (record as number) * 100,
    })

    expect(run.timestamps['out']).toEqual([2000, 3000])
  })

  it('runs process in place of processBatch on request', async () => {
    const options = { parameters: { above: 7 }, input: [20], batch: 1 }

    expect((await runStage(threshold, options)).output).toEqual(['batch'])
    expect((await runStage(threshold, { ...options, processBatch: false })).output).toEqual([20])
  })

  it('rejects parameters that the schema or the check refuses', async () => {
    await expect(runStage(threshold, { input: [] })).rejects.toThrow(
      'Parameters of "threshold" at above: above is missing',
    )
    await expect(runStage(threshold, { parameters: { above: -1 }, input: [] })).rejects.toThrow(
      'Parameters of "threshold" at above: No.',
    )
    await expect(
      runStage(threshold, { parameters: { above: 1 }, input: [], inputEnds: false }),
    ).rejects.toMatchObject({ code: 'TST_PARAMETERS', hint: 'Choose another.' })
  })

  it('rejects a definition that asks for what nothing provides', async () => {
    const run = await runStage(threshold, { parameters: { above: 1000 }, input: [1] })

    expect(run.rejected[0]?.message).toBe(
      'The definition under test asks for "@acme/pg/pool", which nothing provides.',
    )
  })
})

describe('runStage with several inputs', () => {
  const said = defineStage({
    name: 'said',
    summary: 'Says which input a record came by.',
    parameters: limit,
    inputs: ['left', 'right'],
    create: () => ({
      on: {
        left: (record: object, context) => ({ ...record, by: 'left', ...context.key }),
        right: (record: object, context) => ({ ...record, by: 'right', ...context.key }),
      },
    }),
  })
  const options = {
    parameters: { above: 1 },
    input: [{ id: 1 }, { order: 1 }, { order: 2 }, { id: 2 }],
    to: (record: unknown) => ('id' in (record as object) ? 'left' : 'right'),
    by: { left: ['id'], right: ['order'] },
  }

  it.each([1, 2, 1024])('keeps the order of the records, in batches of %s', async (batch) => {
    const run = await runStage(said, { ...options, batch })

    expect(run.output).toEqual([
      { id: 1, by: 'left' },
      { id: 1, order: 1, by: 'right' },
      { id: 2, order: 2, by: 'right' },
      { id: 2, by: 'left' },
    ])
    expect(run.timestamps['out']).toEqual([0, 1, 2, 3])
  })

  it('refuses an input that the stage does not have', async () => {
    await expect(runStage(said, { ...options, to: () => 'rihgt' })).rejects.toMatchObject({
      code: 'TST_OPTION',
      message: 'to is "rihgt", not a known name.',
      hint: 'Did you mean "right"? Known: left, right.',
    })
  })
})

describe('stopAfter', () => {
  const sum = defineStage({
    name: 'sum',
    summary: 'Adds up.',
    parameters: limit,
    absorbs: true,
    create: () => {
      let total = 0
      return {
        process: (record: number, context) => context.emit((total += record)),
        onEnd: (context) => context.emit('end'),
      }
    },
  })

  it.each([
    { stopAfter: 0, output: [] },
    { stopAfter: 2, output: [1, 3] },
    { stopAfter: 3, output: [1, 3, 6, 'end'] },
  ])('stops the job behind $stopAfter records', async ({ stopAfter, output }) => {
    const run = await runStage(sum, { parameters: { above: 1 }, input: [1, 2, 3], stopAfter })

    expect(run.output).toEqual(output)
  })
})
