import {
  type JobChanges,
  type StageCapture,
  type StageCheckpoint,
  toPlainSnapshot,
} from '@millrace/engine'
import { expect, it } from 'vitest'
import type { JobPrint } from './job-print.ts'
import { KeptBlocks } from './kept-blocks.ts'
import { readSections, writeSections } from './sections.ts'

const letters = { byCode: { LATE: 1 }, first: [], unplaced: 0 }
const noTimers = {
  slots: new Int32Array(0),
  times: new Float64Array(0),
  orders: new Float64Array(0),
  names: [],
}
const hourly: StageCapture = {
  isOver: false,
  reached: 7000,
  parked: [],
  letters,
  counts: {
    id: 'hourly',
    module: 'window',
    metrics: {},
    in: 3,
    used: 1,
    filtered: 2,
    late: 0,
    dead: 0,
    dropped: 0,
    held: 0,
    sent: { out: 1 },
    reasons: { 'where is false': 1 },
  },
  moreReasons: { 'one of many': 1 },
  changes: {
    number: 1,
    since: 1,
    watermark: 5000,
    largest: 6000,
    eventTime: 5500,
    isKeyed: true,
    slots: Int32Array.of(0),
    keys: { size: 1, slots: Int32Array.of(0), orders: Float64Array.of(0), values: [['SFO']] },
    handles: {
      n: {
        kind: 'value',
        version: 1,
        expired: 0,
        isWhole: false,
        entries: { slots: Int32Array.of(0), orders: Float64Array.of(0), data: [4] },
      },
    },
    unclaimed: {},
    timers: { event: noTimers, clock: noTimers },
  },
}
const checkpoint: JobChanges = {
  number: 2,
  time: 1000,
  end: 'stopped',
  read: 3,
  sources: {},
  stages: { hourly },
  sinks: { out: { token: { file: 'a' }, taken: [1], parked: [], letters, counts: countsOfSink() } },
}
const print: JobPrint = {
  hourly: { role: 'stage', module: 'window', by: ['origin'], parameters: {}, mayChange: [] },
}

function countsOfSink() {
  return { id: 'out', module: 'file', metrics: {}, received: 1, written: 1, rejected: 0, held: 0 }
}

it('reads all of a checkpoint that was written, and of stages what their changes come to', async () => {
  const runtime = { monotonic: () => 0, yield: () => Promise.resolve() }

  const { meta, sections } = await writeSections({ checkpoint, print }, runtime, new KeptBlocks())
  const read = await readSections(async (name) => sections.get(name)?.blocks ?? [])

  const { changes: _, ...stage } = hourly
  expect(meta).toEqual({ number: 2, time: 1000, end: 'stopped', read: 3 })
  const { snapshot, ...rest } = read.checkpoint.stages['hourly'] as StageCheckpoint
  expect(read.print).toEqual(print)
  expect({ ...read.checkpoint, stages: {} }).toEqual({ ...checkpoint, stages: {} })
  expect(rest).toEqual(stage)
  expect(toPlainSnapshot(snapshot)).toEqual({
    watermark: 5000,
    largest: 6000,
    eventTime: 5500,
    keys: [['SFO']],
    state: { n: { kind: 'value', version: 1, entries: [{ key: ['SFO'], data: 4 }] } },
    timers: { event: [], clock: [] },
  })
})
