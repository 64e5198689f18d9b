import type { Summary } from '@millrace/engine'
import { describe, expect, it } from 'vitest'
import { imbalances } from './balance.ts'
import { renderSummary } from './summary-text.ts'

const stage = { in: 0, used: 0, filtered: 0, late: 0, dead: 0, dropped: 0, held: 0 }
const summary: Summary = {
  name: 'late-flights',
  state: 'completed',
  elapsedMs: 412,
  restarts: 0,
  sources: [
    {
      id: 'source',
      module: 'file',
      read: 20_000,
      sent: 19_999,
      malformed: 1,
      bytes: 2_340_000,
      bytesTotal: 2_340_000,
    },
  ],
  stages: [
    {
      ...stage,
      id: 'plausible',
      module: 'filter',
      in: 19_999,
      used: 15_000,
      filtered: 4976,
      dead: 23,
      sent: { out: 15_000 },
      reasons: { 'delay > 15': 4976 },
    },
    {
      ...stage,
      id: 'by-airport',
      module: 'aggregate',
      in: 15_000,
      used: 15_000,
      sent: { out: 285 },
      reasons: {},
      metrics: { airports: 285 },
    },
  ],
  sinks: [
    {
      id: 'sink',
      module: 'file',
      received: 285,
      written: 285,
      rejected: 0,
      held: 0,
      metrics: { requests: 2 },
    },
    { id: 'deadLetter', module: 'file', received: 24, written: 24, rejected: 0, held: 0 },
  ],
  deadLetters: 24,
  pipelineRestarts: 0,
  deadLettersByCode: { FILTER_REJECTED: 23, FILE_JSON: 1 },
  firstDeadLetters: [
    { code: 'FILE_JSON', message: 'Unexpected end of input.', at: 'flights.jsonl:17' },
    {
      code: 'FILTER_REJECTED',
      message: 'The record does not fulfil delay <= 360.',
      at: 'flights.jsonl:204',
    },
  ],
  warnings: ['Field "dely" was named by stage "plausible", but no record has it.'],
}

describe('renderSummary', () => {
  it('shows every count, the check, reasons, dead letters with examples and warnings', () => {
    const text = renderSummary(summary, { deadLetterPlace: 'out/rejected.jsonl' })

    expect(text).toMatchInlineSnapshot(`
      "late-flights completed: 20,000 records (2.3 MB) in 412 ms, 48,544/s

      source      module         read     sent  malformed
      source      file         20,000   19,999          1

      stage       module           in     used   filtered  late  dead  dropped  held
      plausible   filter       19,999   15,000      4,976     0    23        0     0
      by-airport  aggregate    15,000   15,000          0     0     0        0     0

      sink        module     received  written   rejected  held
      sink        file            285      285          0     0
      deadLetter  file             24       24          0     0

      counts add up: each of the 20,000 records read has exactly one fate at every stage

      filtered
        4,976  plausible  delay > 15

      counted
        285  by-airport  airports
          2  sink        requests

      24 dead letters in out/rejected.jsonl: 23 FILTER_REJECTED, 1 FILE_JSON
        flights.jsonl:17   FILE_JSON        Unexpected end of input.
        flights.jsonl:204  FILTER_REJECTED  The record does not fulfil delay <= 360.
        and 22 more

      warning: Field "dely" was named by stage "plausible", but no record has it.
      "
    `)
  })

  it('says so when nothing was filtered and nothing failed', () => {
    const text = renderSummary({
      ...summary,
      state: 'stopped',
      stages: [],
      sinks: [{ id: 'sink', module: 'log', received: 3, written: 2, rejected: 0, held: 1 }],
      sources: [
        {
          id: 'source',
          module: 'generate',
          read: 3,
          sent: 3,
          malformed: 0,
          bytes: 0,
          bytesTotal: undefined,
        },
      ],
      deadLetters: 0,
      deadLettersByCode: {},
      firstDeadLetters: [],
      warnings: [],
      restarts: 1,
      pipelineRestarts: 2,
    })

    expect(text).toMatchInlineSnapshot(`
      "late-flights stopped: 3 records in 412 ms, 7/s, 1 restart, begun anew 2 times

      source  module        read     sent  malformed
      source  generate         3        3          0

      sink    module    received  written   rejected  held
      sink    log              3        2          0     1

      counts add up: each of the 3 records read has exactly one fate at every stage
      "
    `)
  })
})

it('says of one record that it has one fate', () => {
  const [source] = summary.sources
  const one = { ...source, read: 1, sent: 1, malformed: 0 } as Summary['sources'][number]

  const text = renderSummary({ ...summary, sources: [one], stages: [], sinks: [] })

  expect(text).toContain('counts add up: the record read has exactly one fate at every stage\n')
})

it('a job that could not start has only a headline', () => {
  const text = renderSummary({
    ...summary,
    state: 'failed',
    sources: summary.sources.map((source) => ({ ...source, read: 0, bytes: 0 })),
    deadLetters: 0,
    warnings: [],
    stages: [],
    sinks: [],
  })

  expect(text).toBe('late-flights failed: 0 records in 412 ms, 0/s\n')
})

describe('imbalances', () => {
  it('names every place whose counts do not add up', () => {
    const broken: Summary = {
      ...summary,
      sources: summary.sources.map((source) => ({ ...source, malformed: 0 })),
      stages: [{ ...stage, id: 'lossy', module: 'mine', in: 10, used: 9, sent: {}, reasons: {} }],
      sinks: [{ id: 'sink', module: 'file', received: 5, written: 4, rejected: 0, held: 0 }],
    }

    expect(imbalances(broken)).toEqual([
      'source source: 20,000 read, 19,999 accounted for',
      'stage lossy: 10 in, 9 accounted for',
      'sink sink: 5 received, 4 accounted for',
    ])
    expect(renderSummary(broken)).toContain('counts do not add up')
  })

  it('is empty when they do', () => {
    expect(imbalances(summary)).toEqual([])
  })
})
