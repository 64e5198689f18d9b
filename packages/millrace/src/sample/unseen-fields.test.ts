import type { ConfigValue, JobPlan, PlanNode } from '@millrace/loader'
import { describe, expect, it } from 'vitest'
import { unseenFields } from './unseen-fields.ts'

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
const names = (path: string, ...fields: string[]): ConfigValue => ({
  path,
  value: fields.join(' + '),
  origin: 'file',
  secret: false,
  expects: fields,
})

function messages(plan: JobPlan, values: readonly ConfigValue[], fields?: readonly string[]) {
  const faults = unseenFields(plan, values, new Map([['source', fields]]), 1000)
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
    const values = [names('stages.derive.parameters.set.late', 'delay', 'dely')]

    expect(messages(line, values, ['delay', 'origin'])).toEqual([
      'No record that reaches "derive" has a field "dely" (1,000 records seen). Did you mean "delay"? A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('knows fields that a stage before made, and follows them to sinks', () => {
    const values = [
      names('stages.derive.parameters.where', 'late'),
      names('stages.mine.by', 'late'),
      names('sink.parameters.path', 'zone'),
    ]

    expect(messages(line, values, ['delay'])).toEqual([
      'No record that reaches "derive" has a field "late" (1,000 records seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
      'No record that reaches "sink" has a field "zone" (1,000 records seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('says nothing behind a stage that does not say what it makes, and of unknown sources', () => {
    expect(messages(line, [names('stages.last.by', 'anything')], ['delay'])).toEqual([])
    expect(messages(line, [names('stages.derive.by', 'anything')], undefined)).toEqual([])
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
    const values = [names('stages.merge.by', 'a', 'b', 'c'), names('stages.join.by', 'c')]

    expect(messages(plan, values, [])).toEqual([
      'No record that reaches "merge" has a field "c" (1,000 records seen). Did you mean "a"? A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('takes a path for possible where nothing is known of what a part of it holds', () => {
    const values = [names('stages.derive.by', 'a.b', 'a.x', 'c.x', 'd.x')]

    expect(messages(line, values, ['a', 'a.b', 'c'])).toEqual([
      'No record that reaches "derive" has a field "a.x" (1,000 records seen). Did you mean "a.b"? A missing field is null; ask with has() where it may be missing.',
      'No record that reaches "derive" has a field "d.x" (1,000 records seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
    ])
  })
})
