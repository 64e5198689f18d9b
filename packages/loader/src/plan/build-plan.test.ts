import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSpec } from '../load-spec.ts'
import { folderWith } from '../modules/folder.test-support.ts'

const planOf = async (lines: readonly string[]) => {
  const text = ['pipeline:', ...lines.map((line) => `  ${line}`)].join('\n')
  const loaded = await loadSpec({ file: '/jobs/late.yaml', text, env: {} })
  await loaded.dispose()
  return loaded.plan
}

it('says of every node where each kind of record goes', async () => {
  const plan = await planOf([
    'source: { file: a.jsonl, time: { field: date, disorder: 1h }, limit: 10 }',
    'stages:',
    '  - filter: delay > 15',
    '    onError: skip',
    '  - route: { routes: { slow: delay > 60 }, else: rest }',
    '    timeout: 5s',
    '    outputs: { slow: { file: slow.jsonl } }',
    '  - aggregate: { aggregate: { n: count() } }',
    '    from: route.rest',
    '    by: [origin, carrier.name]',
    'sinks: { all: { file: b.jsonl, from: aggregate } }',
    'deadLetter: { file: d.jsonl }',
  ])

  expect(plan?.nodes.map(({ id, kind, by, fates }) => ({ id, kind, by, fates })))
    .toMatchInlineSnapshot(`
      [
        {
          "by": [],
          "fates": [
            "The time of a record is field "date"; it may be 1h out of order.",
            "Stops after 10 entries.",
            "Sinks that get its records untouched write the lines as they came.",
            "Entries that cannot be decoded, and records without a valid time, go to the dead letters (default).",
            "A read that fails is taken up where it was, 100ms apart at first and 30s at most.",
          ],
          "id": "source",
          "kind": "source",
        },
        {
          "by": [],
          "fates": [
            "Records that emit nothing count as filtered.",
            "It keeps nothing between records.",
            "Records that fail are skipped and counted.",
            "An asynchronous record may take 30s (default).",
          ],
          "id": "filter",
          "kind": "stage",
        },
        {
          "by": [],
          "fates": [
            "Records that emit nothing count as filtered.",
            "It keeps nothing between records.",
            "Output slow: Records for which delay > 60.",
            "Output rest: Records that match no route.",
            "Records that fail go to the dead letters (default).",
            "An asynchronous record may take 5s.",
          ],
          "id": "route",
          "kind": "stage",
        },
        {
          "by": [
            "origin",
            "carrier.name",
          ],
          "fates": [
            "Records that emit nothing count as used.",
            "It keeps the values of each key until the input is over.",
            "Records that fail go to the dead letters (default).",
            "An asynchronous record may take 30s (default).",
          ],
          "id": "aggregate",
          "kind": "stage",
        },
        {
          "by": [],
          "fates": [
            "Records it rejects go to the dead letters (default).",
            "A write that fails ends the job.",
          ],
          "id": "file",
          "kind": "sink",
        },
        {
          "by": [],
          "fates": [
            "Records it rejects go to the dead letters (default).",
            "A write that fails ends the job.",
          ],
          "id": "all",
          "kind": "sink",
        },
        {
          "by": [],
          "fates": [
            "If it cannot write, the job stops.",
          ],
          "id": "deadLetter",
          "kind": "deadLetter",
        },
      ]
    `)
  expect(plan?.notes).toMatchInlineSnapshot(`
    [
      "More than 50 % failures among the last 1000 records end the job.",
      "More than 3 restarts within 1m end the job.",
      "A stage holds up to 4096 records; a full one slows down what stands before it.",
      "There are no checkpoints: a run that ends early begins anew. checkpoint: 10s takes them.",
    ]
  `)
})

it('says what ends a job without dead letters, and what cannot be reproduced', async () => {
  const plan = await planOf([
    'sources: { a: { file: a.jsonl }, b: { generate: { rate: 10 } } }',
    'stages:',
    '  - filter: x',
    '    from: [a, b]',
    'sink: { file: b.jsonl }',
    'mailbox: { overflow: dropNewest }',
  ])

  expect(plan?.nodes.find(({ id }) => id === 'b')?.fates).toMatchInlineSnapshot(`
    [
      "The time of a record is its arrival; a second run will give other times.",
      "The input does not end by itself.",
      "Entries that cannot be decoded end the job at the first one (default).",
      "A read that fails is taken up where it was, 100ms apart at first and 30s at most.",
    ]
  `)
  expect(plan?.notes).toMatchInlineSnapshot(`
    [
      "More than 50 % failures among the last 1000 records end the job.",
      "More than 3 restarts within 1m end the job.",
      "This job is lossy: a stage holds up to 4096 records and then drops the newest.",
      "There is no dead letter sink; deadLetter: { file: rejected.jsonl } adds one.",
      "Where the time of a record is its arrival, a second run gives other times.",
      ""filter" merges several outputs; their order against each other can differ.",
      "A checkpoint is written to .millrace/late every 10s; a run goes on from the last one.",
    ]
  `)
})

it('shows every parameter with its default', async () => {
  const plan = await planOf(['source: { file: a.jsonl }', 'sink: { file: b.jsonl }'])

  expect(plan?.nodes[1]).toMatchObject({
    kind: 'sink',
    module: 'file',
    parameters: expect.arrayContaining([
      { name: 'path', value: '/jobs/b.jsonl', isDefault: false },
      { name: 'mode', value: 'replace', isDefault: true },
    ]),
    guarantee: expect.stringContaining('replaced file'),
  })
})

const tally = `export default {
  kind: 'stage',
  name: 'tally',
  summary: 'Counts.',
  keeps: 'state',
  parameters: {
    '~standard': {
      version: 1,
      vendor: 'none',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object', properties: {} }) },
    },
  },
  create: () => ({ process: () => undefined }),
}
`
const silent = 'It keeps state, and does not say when it lets go of it.'

it('tells of state that a stage keeps without saying for how long', async () => {
  const file = join(folderWith({ 'tally.js': tally }), 'job.yaml')
  const text =
    'pipeline: { source: { file: a.jsonl }, stages: [{ ./tally.js: {} }], sink: { file: b.jsonl } }\n'

  const { faults, plan, dispose } = await loadSpec({ file, text, env: {} })
  await dispose()

  expect(faults).toEqual([])
  expect(plan?.nodes.find(({ kind }) => kind === 'stage')?.fates).toContain(silent)
})

it.each(globSync('configs/*.yaml'))('%s says of each stage when it lets go', async (file) => {
  const { faults, plan, dispose } = await loadSpec({ file, env: {} })
  await dispose()

  expect(faults).toEqual([])
  expect(plan?.nodes.flatMap(({ fates }) => fates)).not.toContain(silent)
})
