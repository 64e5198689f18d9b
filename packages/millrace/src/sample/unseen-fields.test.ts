import type { JobPlan, PlanNode } from '@millrace/loader'
import { describe, expect, it } from 'vitest'
import { type SampledJob, unseenFields } from './unseen-fields.ts'

const node = (id: string, over: Partial<PlanNode> = {}): PlanNode => ({
  id,
  kind: 'stage',
  module: id,
  summary: '',
  by: [],
  parameters: [],
  fates: [],
  ...over,
})
const edge = (from: string, to: string, input = 'in', output = 'out') => ({
  from,
  output,
  to,
  input,
})
const expects = (id: string, ...fields: string[]): SampledJob['readers'][number] => ({
  id,
  expects: fields,
  where: { line: 1 },
})

function messages(
  plan: JobPlan,
  readers: SampledJob['readers'],
  fields?: readonly string[],
): readonly string[] {
  const faults = unseenFields({ readers, plan, values: [] }, new Map([['source', fields]]), 1000)
  return faults.map((fault) => `${fault.message} ${fault.hint}`)
}

const line: JobPlan = {
  name: 'line',
  nodes: [
    node('source', { kind: 'source' }),
    node('derive', { shape: (fields) => ({ out: fields && [...fields, 'late'] }) }),
    node('mine'),
    node('last'),
    node('sink', { kind: 'sink' }),
  ],
  edges: [
    edge('source', 'derive'),
    edge('derive', 'mine'),
    edge('mine', 'last'),
    edge('derive', 'sink'),
  ],
  notes: [],
}

describe('unseenFields', () => {
  it('names fields that no record has, with the nearest one, and says nothing of the others', () => {
    const readers = [expects('derive', 'delay', 'dely')]

    expect(messages(line, readers, ['delay', 'origin'])).toEqual([
      'No record that reaches "derive" has a field "dely" (1,000 records seen). Did you mean "delay"? A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('knows fields that a stage before made, and follows them to sinks', () => {
    const readers = [expects('derive', 'late'), expects('mine', 'late'), expects('sink', 'zone')]

    expect(messages(line, readers, ['delay'])).toEqual([
      'No record that reaches "derive" has a field "late" (1,000 records seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
      'No record that reaches "sink" has a field "zone" (1,000 records seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('says nothing behind a stage that does not say what it makes, and of unknown sources', () => {
    expect(messages(line, [expects('last', 'anything')], ['delay'])).toEqual([])
    expect(messages(line, [expects('derive', 'anything')], undefined)).toEqual([])
  })

  it('takes what any of several merged outputs may have, and leaves joins alone', () => {
    const plan: JobPlan = {
      ...line,
      nodes: [
        node('source', { kind: 'source' }),
        node('left', { shape: () => ({ out: ['a'] }) }),
        node('right', { shape: () => ({ out: ['b'] }) }),
        node('merge'),
        node('join'),
      ],
      edges: [
        edge('source', 'left'),
        edge('source', 'right'),
        edge('left', 'merge'),
        edge('right', 'merge'),
        edge('left', 'join', 'left'),
        edge('right', 'join', 'right'),
      ],
    }
    const readers = [expects('merge', 'a', 'b', 'c'), expects('join', 'c')]

    expect(messages(plan, readers, [])).toEqual([
      'No record that reaches "merge" has a field "c" (1,000 records seen). Did you mean "a"? A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('takes a path for possible where nothing is known of what a part of it holds', () => {
    const readers = [expects('derive', 'a.b', 'a.x', 'c.x', 'd.x')]

    expect(messages(line, readers, ['a', 'a.b', 'c'])).toEqual([
      'No record that reaches "derive" has a field "a.x" (1,000 records seen). Did you mean "a.b"? A missing field is null; ask with has() where it may be missing.',
      'No record that reaches "derive" has a field "d.x" (1,000 records seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('says where the job file names the field, else where it declares the stage', () => {
    const named = {
      path: 'stages.derive.by',
      value: 'dely',
      origin: 'file',
      secret: false,
    } as const
    const values = [
      { ...named, path: 'stages.other.by', expects: ['dely'], where: { line: 2 } },
      { ...named, expects: ['delay', 'dely'], where: { line: 3 } },
    ]
    const readers = [expects('derive', 'dely', 'zone')]

    const faults = unseenFields({ readers, plan: line, values }, new Map([['source', []]]), 1)

    expect(faults.map(({ where }) => where.line)).toEqual([3, 1])
  })

  it('leaves out what a stage with several inputs expects of each', () => {
    const readers = [{ id: 'derive', expects: { left: ['a'] } }]

    expect(messages(line, readers, [])).toEqual([])
  })
})
