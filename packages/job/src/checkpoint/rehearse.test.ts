import type { JobCheckpoint, JobSpec } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { expect, it } from 'vitest'
import { rehearse } from './rehearse.ts'

const name = 'sums'
const traits = {
  name,
  inputs: ['in'],
  outputs: { out: 'Sums.' },
  keeps: 'state' as const,
  absorbs: true,
}
const counts = { id: name, module: name, in: 1, used: 0, filtered: 0, late: 0, dead: 0, dropped: 0 }
const restored: JobCheckpoint = {
  number: 3,
  time: 0,
  read: 1,
  sources: {},
  sinks: {},
  stages: {
    [name]: {
      isOver: false,
      snapshot: {
        watermark: 0,
        largest: 0,
        eventTime: 0,
        keys: [],
        state: { sum: { kind: 'value', version: 2, entries: [] } },
        timers: { event: [], clock: [] },
      },
      parked: [{ key: [], input: 'in' } as never],
      letters: { byCode: {}, first: [], unplaced: 0 },
      counts: { ...counts, held: 1, sent: {}, reasons: {} },
    },
  },
}

/** A job whose stage takes state of one version. */
function jobOf(version: number, more: Partial<JobSpec> = {}): JobSpec {
  const create = ({ state }: Parameters<JobSpec['stages'][number]['factory']['create']>[0]) => {
    state.value('sum', { initial: () => 0, version })
    return { process: () => undefined }
  }
  const inputs = [{ name: 'in', from: [{ id: 'source', output: 'out' }] }]
  const stages = [{ id: name, factory: { traits, create, dispose() {} }, inputs }]
  return { name: 'job', sources: [], stages, sinks: [], ...more }
}

it('finds what a stage refuses of its state, and nothing else, whatever becomes of records that fail', async () => {
  const parks = { onError: 'park' as const }

  const same = await rehearse(jobOf(2, parks), restored, nodeRuntime)
  const older = await rehearse(jobOf(1, parks), restored, nodeRuntime)

  expect(same).toBeUndefined()
  expect(older?.code).toBe('ENG_STATE_VERSION')
})
