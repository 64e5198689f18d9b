import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSpec } from '../load-spec.ts'
import { folderWith } from '../modules/folder.test-support.ts'

const heavy = `export default {
  kind: 'stage', name: 'heavy', summary: 'Computes.',
  parameters: {
    '~standard': {
      version: 1, vendor: 'hand-made',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object', properties: {} }) },
    },
  },
  create: () => ({ process: (record) => record }),
}
`

/** What the plan says of a part about workers. */
async function workersOf(id: string, stages: readonly string[]) {
  const lines = [
    'pipeline:',
    '  source: { file: a.jsonl, time: { field: t, disorder: 1s }, parallel: 2 }',
    '  stages:',
    ...stages.map((line) => `    ${line}`),
    '  sink: { file: b.jsonl }',
    '  deadLetter: { file: d.jsonl }',
  ]
  const file = join(folderWith({ 'heavy.js': heavy }), 'job.yaml')
  const { dispose, faults, plan } = await loadSpec({ file, text: lines.join('\n'), env: {} })
  await dispose()
  expect(faults).toEqual([])
  const fates = plan?.nodes.find((node) => node.id === id)?.fates ?? []
  return fates.filter((sentence) => sentence.includes('workers'))
}

const readers =
  '2 workers read it, one in the thread of the job and the other one in a thread of its own, each some pieces, so that records come in no order'
const fold = ['- filter: n > 1', '- window: { tumbling: 1m, aggregate: { n: count() } }']

it.each([
  [
    'what runs with its workers, and what these fold together',
    [...fold, '  by: user'],
    '; beside each runs "filter". Each folds together what has the same key for "window".',
  ],
  [
    'nothing to fold for a stage that parks',
    [...fold, '  by: user', '  onError: park'],
    '; beside each runs "filter".',
  ],
  [
    'nothing to fold for values that are more than numbers',
    ['- aggregate: { aggregate: { all: list(n) } }'],
    '.',
  ],
])('a source that is split tells %s', async (_, stages, tells) => {
  expect(await workersOf('source', stages)).toEqual([`${readers}${tells}`])
})

it('a stage with as many threads as its source tells that each is beside one of its workers', async () => {
  const parallel = (mode: string): readonly string[] => {
    return ['- module: ./heavy.js', `  parallel: { workers: 2, runs: ${mode}, mode: unordered }`]
  }

  expect(await workersOf('heavy', parallel('threads'))).toEqual([
    '2 workers, each beside one of "source".',
  ])
  expect(await workersOf('heavy', parallel('async'))).toEqual([
    '2 workers in the thread of the job, with at most 4 records under way (default): results come as they are ready.',
  ])
})
