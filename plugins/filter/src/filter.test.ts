import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { filter } from './filter.ts'

it('passes the records for which the condition is true, untouched and in order', async () => {
  const input = [{ delay: 20 }, { delay: 5 }, { delay: 30 }]

  const run = await runStage(filter, { parameters: { where: 'delay > 15' }, input })

  expect(run.output).toEqual([{ delay: 20 }, { delay: 30 }])
  expect(run.output[0]).toBe(input[0])
  expect(run.reasons).toEqual({ 'where is false': 1 })
  expect(run.counts).toMatchObject({ in: 3, used: 2, filtered: 1, dead: 0 })
})

it('counts what it filters under the reason that was given', async () => {
  const parameters = { where: 'delay > 15', reason: 'on time' }

  const run = await runStage(filter, { parameters, input: [{ delay: 1 }, { delay: 2 }] })

  expect(run.reasons).toEqual({ 'on time': 2 })
})

it.each([true, false])(
  'fails what does not pass with otherwise: reject (batches: %s)',
  async (processBatch) => {
    const run = await runStage(filter, {
      parameters: { where: 'delay <= 360', otherwise: 'reject' },
      input: [{ delay: 20 }, { delay: 999 }],
      processBatch,
    })

    expect(run.output).toEqual([{ delay: 20 }])
    expect(run.rejected.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'FILTER_REJECTED: Not true: delay <= 360',
    ])
    expect(run.counts).toMatchObject({ in: 2, used: 1, filtered: 0, dead: 1 })
  },
)

it('takes null for false', async () => {
  const run = await runStage(filter, {
    parameters: { where: 'delay > 15' },
    input: [{ delay: null }, {}, 'text', null, [1]],
  })

  expect(run.output).toEqual([])
  expect(run.reasons).toEqual({ 'where is false': 5 })
})

it('passes records that are not objects', async () => {
  const run = await runStage(filter, {
    parameters: { where: 'record != 2' },
    input: [1, 2, null],
  })

  expect(run.output).toEqual([1, null])
})

it.each([true, false])(
  'fails a record whose condition is no boolean (batches: %s)',
  async (processBatch) => {
    const run = await runStage(filter, {
      parameters: { where: 'delay' },
      input: [{ delay: true }, { delay: 3 }, { delay: false }],
      processBatch,
    })

    expect(run.output).toEqual([{ delay: true }])
    expect(run.rejected.map(({ record, code }) => ({ record, code }))).toEqual([
      { record: { delay: 3 }, code: 'EXP_CONDITION' },
    ])
    expect(run.counts).toMatchObject({ in: 3, used: 1, filtered: 1, dead: 1 })
  },
)

it('sees the time and the key of the record', async () => {
  const run = await runStage(filter, {
    parameters: { where: "eventTime() >= 2 && key('id') == 'a'" },
    input: [{ id: 'a' }, { id: 'b' }, { id: 'a' }, { id: 'b' }],
    by: ['id'],
  })

  expect(run.output).toEqual([{ id: 'a' }])
  expect(run.counts.filtered).toBe(3)
})

it('does what a function in JavaScript would do, in batches of any size and record by record', async () => {
  const records = fc.array(
    fc.record({ delay: fc.oneof(fc.integer({ min: -5, max: 30 }), fc.constant(null)) }),
    { maxLength: 40 },
  )
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.integer({ min: 1, max: 10 }),
      fc.boolean(),
      async (input, batch, processBatch) => {
        const run = await runStage(filter, {
          parameters: { where: 'delay > 15 || delay == 0' },
          input,
          batch,
          processBatch,
        })

        expect(run.output).toEqual(
          input.filter(({ delay }) => delay !== null && (delay > 15 || delay === 0)),
        )
      },
    ),
    { numRuns: 100 },
  )
})

it('says in advance what it would filter, unless that fails', async () => {
  const scope = { parameters: { where: 'delay > 15', reason: 'on time', otherwise: 'filter' } }
  const create = (parameters: object) =>
    filter.create({ ...scope, parameters } as unknown as Parameters<typeof filter.create>[0])
  const { prefilter } = await create(scope.parameters)
  const rejecting = await create({ ...scope.parameters, otherwise: 'reject' })

  expect(prefilter?.reason).toBe('on time')
  expect([{ delay: 16 }, { delay: 15 }, {}].map((record) => prefilter?.admits(record, 0))).toEqual([
    true,
    false,
    false,
  ])
  expect(() => prefilter?.admits({ delay: 'late' }, 0)).toThrow('delay > 15')
  expect(rejecting.prefilter).toBeUndefined()
})

it('refuses a fault in the condition before it starts', async () => {
  await expect(
    runStage(filter, { parameters: { where: 'delay >' }, input: [] }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/^EXP_/) })
})

it('refuses parameters it does not know', async () => {
  await expect(
    runStage(filter, { parameters: { where: 'a', wher: 'b' }, input: [] }),
  ).rejects.toMatchObject({ code: 'TST_PARAMETERS' })
})

it('says which fields it reads and that it keeps the shape', () => {
  const parameters = { where: 'delay > limit.hard', reason: '', otherwise: 'filter' } as const

  expect(filter.reads?.(parameters)).toEqual(['delay', 'limit.hard'])
  expect(filter.reads?.({ ...parameters, where: 'record == 3' })).toBe(undefined)
  expect(filter.reads?.({ ...parameters, where: 'ours(delay)' })).toBe(undefined)
  expect(filter.expects?.({ ...parameters, where: 'delay > 3 && has(limit)' })).toEqual(['delay'])
  expect(filter.shape?.(parameters, { keys: [], fields: ['delay'] })).toEqual({ out: ['delay'] })
})
