import { expect, it } from 'vitest'
import { faultsOf, load } from './faults.test-support.ts'

const job = (stage: string): string =>
  `pipeline:
  source: { file: a.jsonl }
  stages:
    - { module: map, parameters: { select: { n: n } }, ${stage} }
  sink: { file: b.jsonl }
`
const counts = (stage: string): string =>
  `pipeline:
  source: { file: a.jsonl }
  stages:
    - { module: aggregate, parameters: { aggregate: { n: count() } }, ${stage} }
  sink: { file: b.jsonl }
`

it('takes a number of workers, each with its share of the keys', async () => {
  const { plan, spec } = await load(counts('by: user, parallel: 4'))

  expect(spec?.stages[0]?.parallel).toEqual({ workers: 4, runs: 'async', mode: 'keyed' })
  expect(plan?.nodes[1]?.fates).toContain(
    '4 workers in the thread of the job: each has its share of the keys, and the records of a key keep their order.',
  )
})

it('takes all that it has without keys, and says what it leaves out', async () => {
  const all = 'parallel: { workers: 3, runs: async, mode: unordered, inFlight: 5 }'
  const { spec } = await load(job(all))
  const { plan } = await load(job('parallel: { workers: 3, mode: unordered }'))

  expect(spec?.stages[0]?.parallel).toEqual({
    workers: 3,
    runs: 'async',
    mode: 'unordered',
    inFlight: 5,
  })
  expect(plan?.nodes[1]?.fates).toContain(
    '3 workers in the thread of the job, with at most 6 records under way (default): results come as they are ready.',
  )
})

it('keeps the order of the records where nothing else is said', async () => {
  const { plan, spec } = await load(job('parallel: 3'))
  const serial = await load(job('parallel: { workers: 3, mode: serial }'))
  const alone = await load(job('parallel: 1'))

  expect(spec?.stages[0]?.parallel).toEqual({ workers: 3, runs: 'async', mode: 'ordered' })
  expect(plan?.nodes[1]?.fates).toContain(
    '3 workers in the thread of the job, with at most 6 records under way (default): results come in the order of the records.',
  )
  expect(serial.plan?.nodes[1]?.fates).toContain('Serial: one record after the other.')
  expect(alone.plan?.nodes[1]?.fates).toContain(
    'One worker, to begin with: others may join it while the job runs.',
  )
})

it('has an order to keep only where the records have one', async () => {
  const faults = await Promise.all([
    faultsOf(job('parallel: 2, onError: park')),
    faultsOf(`pipeline:
  sources: { a: { file: a.jsonl }, b: { file: b.jsonl } }
  stages:
    - { module: map, from: [a, b], parameters: { select: { n: n } }, parallel: 2 }
    - { module: aggregate, by: n, parallel: 3, parameters: { aggregate: { seen: count() } } }
    - { module: map, id: last, parameters: { select: { n: n } }, parallel: 2 }
  sink: { file: c.jsonl }
`),
  ])

  expect(faults).toMatchInlineSnapshot(`
    [
      "error[CFG_PARALLEL_ORDER]: "map" cannot give its results in the order of its records: it parks records that fail, which come back in no order.
      at   /jobs/job.yaml:4:56  pipeline.stages[0].parallel
      next Write mode: unordered in its parallel, or remove parallel.",
      "error[CFG_PARALLEL_ORDER]: "map" cannot give its results in the order of its records: it reads several outputs, whose records come in no order.
      at   /jobs/job.yaml:4:70  pipeline.stages[0].parallel
      next Write mode: unordered in its parallel, or remove parallel.
    error[CFG_PARALLEL_ORDER]: "last" cannot give its results in the order of its records: it reads "aggregate", whose results come in no order.
      at   /jobs/job.yaml:6:66  pipeline.stages[2].parallel
      next Write mode: unordered in its parallel, or remove parallel.",
    ]
  `)
})

it('lets one worker end what others do, where they are in one thread', async () => {
  const { plan, spec } = await load(job('parallel: { workers: 3, mode: latestWins }'))
  const race = await load(job('parallel: { workers: 2, mode: race }'))
  const apart = await faultsOf(job('parallel: { workers: 2, mode: race, runs: processes }'))

  expect(spec?.stages[0]?.parallel).toEqual({ workers: 3, runs: 'async', mode: 'latestWins' })
  expect(plan?.nodes[1]?.fates).toContain(
    '3 workers in the thread of the job, with at most 6 records under way (default): a record that is through outdates all older ones, which are aborted and count as dropped.',
  )
  expect(race.plan?.nodes[1]?.fates).toContain(
    '2 workers in the thread of the job, with at most 4 records under way (default): each record goes to all of them, and what the first one makes of it counts.',
  )
  expect(apart).toMatchInlineSnapshot(`
    "error[CFG_PARALLEL_RUNS]: "map" has mode: race, where what one worker does ends what others do: they cannot be in processes of their own.
      at   /jobs/job.yaml:4:66  pipeline.stages[0].parallel
      next Write runs: async in its parallel."
  `)
})

it('is off unless it is said', async () => {
  const { plan, spec } = await load(job('batch: 5'))

  expect(spec?.stages[0]?.parallel).toBeUndefined()
  expect(plan?.nodes[1]?.fates.join(' ')).not.toContain('workers')
})

it('needs a number of workers within bounds, and nothing that it does not know', async () => {
  const faults = await Promise.all(
    [
      'parallel: 0',
      'parallel: many',
      'parallel: {}',
      'parallel: { workers: 65, mode: unordred }',
      'parallel: { wrokers: 2, mode: unordered, workers: 3, inFlight: 2 }',
    ].map((stage) => faultsOf(job(stage))),
  )

  expect(faults).toMatchInlineSnapshot(`
    [
      "error[CFG_TYPE]: "parallel" must be a whole number from 1 to 64; got number 0.
      at   /jobs/job.yaml:4:66  pipeline.stages[0].parallel
      next Write a whole number from 1 to 64 there.",
      "error[CFG_TYPE]: "parallel" must be a whole number from 1 to 64; got string "many".
      at   /jobs/job.yaml:4:66  pipeline.stages[0].parallel
      next Write a whole number from 1 to 64 there.",
      "error[CFG_MISSING]: "parallel" has no workers; expected one.
      at   /jobs/job.yaml:4:66  pipeline.stages[0].parallel
      next Say how many there are, such as workers: 4.",
      "error[CFG_TYPE]: "parallel.workers" must be a whole number from 1 to 64; got number 65.
      at   /jobs/job.yaml:4:77  pipeline.stages[0].parallel.workers
      next Write a whole number from 1 to 64 there.
    error[CFG_TYPE]: "parallel.mode" must be one of ordered, unordered, latestWins, race, serial; got string "unordred".
      at   /jobs/job.yaml:4:87  pipeline.stages[0].parallel.mode
      next Did you mean "unordered"?",
      "error[CFG_UNKNOWN_KEY]: Unknown key "wrokers" in "parallel".
      at   /jobs/job.yaml:4:68  pipeline.stages[0].parallel.wrokers
      next Did you mean "workers"?
    error[CFG_TYPE]: "parallel.inFlight" must be a whole number of at least 3; got number 2.
      at   /jobs/job.yaml:4:119  pipeline.stages[0].parallel.inFlight
      next Write a whole number of at least 3 there.",
    ]
  `)
})

it('keeps the order of keys: it has no mode with by, and needs by for state', async () => {
  const faults = await Promise.all([
    faultsOf(counts('by: user, parallel: { workers: 2, mode: unordered }')),
    faultsOf(counts('by: user, parallel: { workers: 2, inFlight: 8 }')),
    faultsOf(counts('parallel: { workers: 2, mode: unordered }')),
  ])

  expect(faults).toMatchInlineSnapshot(`
    [
      "error[CFG_PARALLEL]: "aggregate" has by and parallel.mode: with a key each record goes to the worker that has its key, in order.
      at   /jobs/job.yaml:4:91  pipeline.stages[0].parallel
      next Remove mode, or by.",
      "error[CFG_PARALLEL]: "aggregate" has by and parallel.inFlight: with a key each record goes to the worker that has its key, and mailbox says how many wait there.
      at   /jobs/job.yaml:4:91  pipeline.stages[0].parallel
      next Remove inFlight, or by.",
      "error[CFG_PARALLEL_STATE]: "aggregate" keeps state and has no by: with several workers each would see only a part of the records.
      at   /jobs/job.yaml:4:71  pipeline.stages[0].parallel
      next Add by with the field whose values the state is kept for, or remove parallel.",
    ]
  `)
})

it('runs in threads or processes where it says so, and not with what they do not take', async () => {
  const { spec } = await load(counts('by: user, parallel: { workers: 2, runs: threads }'))
  const apart = await load(job('parallel: { workers: 2, runs: processes }'))
  const faults = await Promise.all([
    faultsOf(counts('by: user, spill: { keys: 9 }, parallel: { workers: 2, runs: threads }')),
    faultsOf(job('onError: park, parallel: { workers: 2, runs: processes, mode: unordered }')),
    faultsOf(
      job('parallel: { workers: 2, runs: threads }').replace(
        'pipeline:',
        'pipeline:\n  mailbox: { overflow: dropOldest }',
      ),
    ),
  ])

  expect(spec?.stages[0]?.parallel).toEqual({ workers: 2, runs: 'threads', mode: 'keyed' })
  expect(apart.plan?.nodes[1]?.fates).toContain(
    '2 workers in processes of their own, with at most 4 batches under way (default): results come in the order of the records.',
  )
  expect(faults.join('\n')).toMatchInlineSnapshot(`
    "error[CFG_THREADS]: "aggregate" runs in threads, where "spill" is not built yet.
      at   /jobs/job.yaml:4:101  pipeline.stages[0].parallel
      next Write runs: async in its parallel; then all is in the thread of the job.
    error[CFG_THREADS]: "map" runs in processes, where "onError: park" is not built yet.
      at   /jobs/job.yaml:4:71  pipeline.stages[0].parallel
      next Write runs: async in its parallel; then all is in the thread of the job.
    error[CFG_THREADS]: "map" runs in threads, where "overflow: dropOldest" is not built yet.
      at   /jobs/job.yaml:5:56  pipeline.stages[0].parallel
      next Write runs: async in its parallel; then all is in the thread of the job."
  `)
})
