import { createManualRuntime } from '@millrace/core'
import { createJob, type JobSpec, type SinkSpec, type StageSpec } from '@millrace/engine'
import type { SinkBatch, StageInstance } from '@millrace/sdk'
import { expect, it } from 'vitest'
import type { Letter } from './letter-batch.ts'
import { lostPlaces, replaySpec } from './replay-spec.ts'
import { skipSpec } from './skip-spec.ts'

const seen: unknown[] = []
const ids: string[] = []

function stage(
  id: string,
  from: string,
  instance: StageInstance,
  inputs: readonly string[] = ['in'],
): StageSpec {
  return {
    id,
    inputs: inputs.map((name) => ({ name, from: [{ id: from, output: 'out' }] })),
    factory: {
      traits: {
        name: id,
        inputs,
        outputs: { out: 'All.' },
        keeps: id === 'sum' ? 'state' : 'nothing',
        absorbs: false,
      },
      create: () => instance,
      dispose() {},
    },
  }
}

function sink(id: string, from?: string): SinkSpec {
  const write = (batch: SinkBatch): void => {
    for (let index = 0; index < batch.length; index++) {
      const [value, at, origin] = [batch.value(index), batch.timestamp(index), batch.origin(index)]
      seen.push([id, value, at, origin?.offset])
      ids.push(batch.id(index))
    }
  }
  return {
    id,
    from: from === undefined ? [] : [{ id: from, output: 'out' }],
    factory: {
      traits: { name: 'list', guarantee: 'None.' },
      create: () => ({ write }),
      dispose() {},
    },
  }
}

/** first -> join(left, right) -> sum -> sink. The source must not be read. */
const spec: JobSpec = {
  name: 'orders',
  sources: [
    {
      id: 'source',
      time: { timestamp: (n) => Number(n) * 100, disorderMs: 0, description: 'itself' },
      factory: {
        traits: { name: 'numbers', ends: true, replay: 'none' },
        create() {
          throw new Error('It is not made.')
        },
        dispose() {},
      },
    },
  ],
  stages: [
    stage('first', 'source', { process: (n) => n }),
    stage(
      'join',
      'first',
      { on: { left: (n: unknown) => `${String(n)}l`, right: (n: unknown) => `${String(n)}r` } },
      ['left', 'right'],
    ),
    stage('sum', 'join', {
      process: (text, context) => `${String(text)}@${context.watermark}`,
    }),
  ],
  sinks: [sink('sink', 'sum'), sink('other', 'source')],
  deadLetter: sink('deadLetter'),
}

const letter = (stageId: string, record: unknown, more: Partial<Letter> = {}): Letter => ({
  id: `source//${String(record)}/${stageId}`,
  record,
  raw: null,
  stage: stageId,
  input: null,
  key: null,
  eventTime: 7,
  error: { code: 'BAD', message: 'Bad.' },
  position: { source: 'source', partition: '', offset: Number(record), line: null },
  attempts: 1,
  time: 50,
  ...more,
})

async function run(job: JobSpec): Promise<readonly unknown[]> {
  seen.length = 0
  ids.length = 0
  const runtime = createManualRuntime()
  const running = createJob(job, { runtime })
  const ended = running.run()
  for (let step = 0; step < 100 && running.progress().state !== 'completed'; step++) {
    await runtime.elapse(10)
  }
  expect((await ended).error?.message).toBeUndefined()
  return [...seen]
}

it('lets what waits further down go first, so that nothing overtakes it', async () => {
  const letters = [
    letter('first', 1),
    letter('join', 2, { input: 'right' }),
    letter('sum', 3),
    letter('sink', 4),
    letter('first', 5),
  ]

  const results = await run(replaySpec(spec, letters).spec)

  expect(results).toEqual([
    ['sink', 4, 7, 4],
    ['sink', '3@-Infinity', 7, 3],
    ['sink', '2r@-Infinity', 7, 2],
    ['sink', '1l@-Infinity', 7, 1],
    ['sink', '5l@-Infinity', 7, 5],
    ['sink', '1r@-Infinity', 7, 1],
    ['sink', '5r@-Infinity', 7, 5],
  ])
})

it('gives its records ids that no other records have, and the same letters the same ones', async () => {
  const idsOf = async (letters: readonly Letter[]): Promise<readonly string[]> => {
    await run(replaySpec(spec, letters).spec)
    return [...ids]
  }
  const first = await idsOf([letter('sink', 4), letter('sum', 3)])

  expect(new Set(first).size).toBe(2)
  expect(await idsOf([letter('sink', 4), letter('sum', 3)])).toEqual(first)
  // Those of the job itself: input and number.
  for (const other of [await idsOf([letter('sink', 5)]), ['0-0', '0-1', '1-0']]) {
    expect(first.filter((id) => other.includes(id))).toEqual([])
  }
})

it('runs only what letters can reach, and says which of it begins anew', () => {
  const { remembering, spec: part } = replaySpec(spec, [letter('join', 2, { input: 'left' })])

  expect(part.sources.map(({ id }) => id)).toEqual(['replay:join.left', 'replay:join.right'])
  expect(part.stages.map(({ id }) => id)).toEqual(['join', 'sum'])
  expect(part.sinks.map(({ id }) => id)).toEqual(['sink'])
  expect(remembering).toEqual(['sum'])
})

it('drops nothing and is not ended by failures, whatever the job says', () => {
  const harsh: JobSpec = {
    ...spec,
    mailbox: { capacity: 8, overflow: 'dropOldest' },
    errors: { atMost: 0, of: 1 },
  }

  const { errors, mailbox } = replaySpec(harsh, [letter('sum', 1)]).spec

  expect(mailbox).toEqual({ capacity: 8, overflow: 'block' })
  expect(errors).toEqual({ atMost: 1, of: 1000 })
})

it('keeps what is known of a letter: no place, no time, or a time that is read from a mended record', async () => {
  const letters = [
    letter('sum', 'made', { position: null, eventTime: null }),
    letter('source', 9, { eventTime: null }),
  ]

  expect(await run(replaySpec(spec, letters).spec)).toEqual([
    ['sink', 'made@-Infinity', Number.NEGATIVE_INFINITY, undefined],
    ['other', 9, 900, 9],
    ['sink', '9l@-Infinity', 900, 9],
    ['sink', '9r@-Infinity', 900, 9],
  ])
})

it('names each place that the job no longer has, once', () => {
  const letters = [
    letter('frist', 1),
    letter('frist', 2),
    letter('join', 3, { input: 'middle' }),
    letter('join', 4, { input: 'left' }),
    letter('sink', 5),
  ]

  const faults = lostPlaces(spec, letters).map(({ code, hint }) => `${code}: ${hint}`)

  expect(faults).toEqual([
    'JOB_NO_STAGE: Is it "first" now? Give the stage its old id back, or leave its records out.',
    'JOB_NO_INPUT_OF_STAGE: It has left, right: use the job file that they failed with.',
  ])
  expect(() => replaySpec(spec, letters)).toThrow('Records failed in "frist"')
})

it('makes dead letters of parked records, in a job that has a place for them', async () => {
  const parked = [letter('sum', 1), letter('sum', 2, { error: null, attempts: 0 })]
  const fed: Letter[] = []
  const options = { now: 99, onFed: (one: Letter) => void fed.push(one) }

  const results = await run(skipSpec(spec, parked, options).spec)

  const dead = (message: string) => ({ code: 'PARKED_SKIPPED', message })
  expect(results).toEqual([
    [
      'deadLetter',
      { ...parked[0], error: dead('It was parked and then skipped; BAD: Bad.'), time: 99 },
      7,
      1,
    ],
    [
      'deadLetter',
      {
        ...parked[1],
        error: dead('It was parked and then skipped; it waited behind another one.'),
        time: 99,
      },
      7,
      2,
    ],
  ])
  expect(fed).toEqual(parked)
  expect(() => skipSpec({ ...spec, deadLetter: undefined }, parked, options)).toThrow(
    'Job "orders" has no dead letter sink to take what is skipped.',
  )
})
