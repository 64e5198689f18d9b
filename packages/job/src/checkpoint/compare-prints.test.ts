import { renderError } from '@millrace/base'
import type { JobCheckpoint } from '@millrace/engine'
import { describe, expect, it } from 'vitest'
import { type Allowed, compareJobs, usable } from './compare-prints.ts'
import type { JobPrint, PartPrint } from './job-print.ts'

const letters = { byCode: {}, first: [], unplaced: 0 }
const part = (role: PartPrint['role'], more: Partial<PartPrint> = {}): PartPrint => {
  return { role, module: role, by: [], parameters: {}, mayChange: [], ...more }
}
const window = (size: string, more: Partial<PartPrint> = {}): PartPrint =>
  part('stage', {
    module: 'window',
    by: ['origin'],
    parameters: {
      tumbling: { value: size, isDefault: false },
      limit: { value: 10, isDefault: true },
    },
    mayChange: ['memory'],
    ...more,
  })
const print: JobPrint = { flights: part('source'), hourly: window('1h'), out: part('sink') }

function checkpointOf(entries: number): JobCheckpoint {
  const counts = { id: '', module: '', metrics: {} }
  const stage = { ...counts, in: 0, used: 0, filtered: 0, late: 0, dead: 0, dropped: 0, held: 0 }
  const entry = { key: ['SFO'], data: 1 }
  return {
    number: 7,
    time: 0,
    read: 120,
    sources: {
      flights: {
        isOver: false,
        partitions: [],
        done: [],
        bytesDone: 0,
        watermark: 0,
        letters,
        counts: { ...counts, read: 120, sent: 120, malformed: 0, bytes: 0, bytesTotal: undefined },
      },
    },
    stages: {
      hourly: {
        isOver: false,
        parked: [],
        letters,
        counts: { ...stage, sent: {}, reasons: {} },
        snapshot: {
          watermark: 0,
          largest: 0,
          eventTime: 0,
          keys: [],
          state: {
            sums: {
              kind: 'value',
              version: 1,
              entries: Array.from({ length: entries }, () => entry),
            },
          },
          timers: { event: [], clock: [] },
        },
      },
    },
    sinks: {
      out: {
        token: { file: 'a' },
        taken: [],
        parked: [],
        letters,
        counts: { ...counts, received: 0, written: 0, rejected: 0, held: 0 },
      },
    },
  }
}

const faultsOf = (now: JobPrint, allowed: Allowed = {}, entries = 1): string[] =>
  compareJobs({ print, checkpoint: checkpointOf(entries) }, { print: now }, allowed).map(
    renderError,
  )

describe('a job that goes on', () => {
  it.each([
    ['is the same', print],
    ['has a new stage', { ...print, more: part('stage') }],
    ['writes the same duration in another way', { ...print, hourly: window('60m') }],
    [
      'does not say a default any more',
      {
        ...print,
        hourly: window('1h', { parameters: { tumbling: { value: '1h', isDefault: false } } }),
      },
    ],
    [
      'has a parameter that may change, and others below it',
      {
        ...print,
        hourly: window('1h', {
          parameters: {
            tumbling: { value: '1h', isDefault: false },
            'memory.most': { value: 5, isDefault: false },
          },
        }),
      },
    ],
  ])('may go on where it %s', (_, now: JobPrint) => {
    expect(faultsOf(now)).toEqual([])
  })

  it('is told each thing that has changed, with what it was', () => {
    const now = {
      flights: part('source', { module: 'kafka' }),
      hourly: window('30m', { by: ['dest'] }),
      out: print['out'] as PartPrint,
    }

    expect(faultsOf(now)).toMatchInlineSnapshot(`
      [
        "error[JOB_STATE_CHANGED]: The module of "flights" is kafka; the state of the job comes from a run where it was source.
        next Change it back; or go on all the same with --allow-changed flights (in code allowChanged: ['flights']); or begin anew with --fresh (in code fresh: true).",
        "error[JOB_STATE_CHANGED]: The key (by) of "hourly" is dest; the state of the job comes from a run where it was origin.
        next Change it back; or go on all the same with --allow-changed hourly (in code allowChanged: ['hourly']); or begin anew with --fresh (in code fresh: true).",
        "error[JOB_STATE_CHANGED]: Parameter tumbling of "hourly" is "30m"; the state of the job comes from a run where it was "1h".
        next Change it back; or go on all the same with --allow-changed hourly (in code allowChanged: ['hourly']); or begin anew with --fresh (in code fresh: true).",
      ]
    `)
  })

  it('may not take its journal away from a source, which may hold records that nobody has read', () => {
    const journaled = { ...print, flights: part('source', { journal: true }) }
    const was = { print: journaled, checkpoint: checkpointOf(1) }

    const faults = compareJobs(was, { print })

    expect(faults.map(({ message }) => message)).toEqual([
      'The key journal of "flights" is false; the state of the job comes from a run where it was true.',
    ])
    expect(compareJobs(was, { print: journaled })).toEqual([])
  })

  it('is told what it would lose, and which part has taken the name', () => {
    const now = { flights: part('source'), perHour: window('1h'), out: part('sink') }

    expect(faultsOf(now)).toMatchInlineSnapshot(`
      [
        "error[JOB_STATE_DROPPED]: The job has no stage "hourly" any more, and its state holds 1 entry.
        next Is it "perHour" now? Then give it its id back. Go on without it with --allow-dropped-state (in code allowDroppedState: true), or begin anew with --fresh (in code fresh: true).",
      ]
    `)
    expect(faultsOf(now, { droppedState: true })).toEqual([])
  })

  it('may change a stage that holds nothing, and leave it out', () => {
    expect(faultsOf({ ...print, hourly: window('30m') }, {}, 0)).toEqual([])
    const { hourly: _, ...without } = print
    expect(faultsOf(without, {}, 0)).toEqual([])
  })

  it('goes on with a change that is allowed, and says which parts there are', () => {
    expect(faultsOf({ ...print, hourly: window('30m') }, { changed: ['hourly'] })).toEqual([])
    expect(faultsOf(print, { changed: ['daily'] })).toMatchInlineSnapshot(`
      [
        "error[JOB_STATE_NO_PART]: The job has no source, stage or sink "daily" that may change.
        next It has flights, hourly, out.",
      ]
    `)
  })
})

it('takes over what fits: no place of another source, no token of another sink, no part that is gone', () => {
  const now = {
    flights: part('source', { module: 'kafka' }),
    out: part('sink', { module: 'sqlite' }),
  }

  const taken = usable({ print, checkpoint: checkpointOf(1) }, now)

  expect(taken).toMatchObject({ number: 7, read: 120, sources: {}, stages: {}, sinks: {} })
})

it('takes over the counts of the first half of a stage with those of the stage', () => {
  const { stages, ...rest } = checkpointOf(1)
  const { hourly } = stages as { readonly hourly: JobCheckpoint['stages'][string] }
  const halves = { hourly, 'hourly.combine#0': hourly, 'hourly.combine#1': hourly }
  const saved = { print, checkpoint: { ...rest, stages: halves } }
  const idsOf = (now: JobPrint) => Object.keys(usable(saved, now).stages)

  expect(idsOf(print)).toEqual(['hourly', 'hourly.combine#0', 'hourly.combine#1'])
  expect(idsOf({ flights: part('source') })).toEqual([])
})

it('changes follow those of a stage that is the same, and not of one that is different in anything', () => {
  const { stages, ...rest } = checkpointOf(1)
  const kept = Object.entries(stages).map(([id, stage]) => [id, { ...stage, isKept: true }])
  const checkpoint = { ...rest, stages: Object.fromEntries(kept) as JobCheckpoint['stages'] }
  const isKept = (hourly: PartPrint): boolean | undefined =>
    usable({ print, checkpoint }, { ...print, hourly }).stages['hourly']?.isKept

  const found = [window('1h'), window('1h', { mayChange: [] }), window('30m')].map(isKept)

  expect(found).toEqual([true, undefined, undefined])
})
