import type { RecordContext, SinkBatch, StageScope, Timer, TimerContext } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import {
  deadSink,
  type Disk,
  diskCheckpoints,
  diskSink,
  fates,
  lives,
  newDisk,
  type Process,
  type Row,
  rows,
  rowsSource,
  sorted,
  wait,
} from './lives.test-support.ts'

/** Running sums that fail now and then, and timers that tell what had come together. */
const sums =
  (process: Process) =>
  ({ state, timers }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    const seen = state.map<number, number>('seen', { ttl: { ms: 30 } })
    return {
      async process({ n, t }: Row, context: RecordContext) {
        if (n === 4) await wait(process, 1 + (t % 3))
        sum.set(sum.get() + n)
        seen.set(n, t)
        timers.event.set(t + n)
        if (n === 3) return context.reject('THREE', 'No.')
        return [context.key, t, sum.get(), context.watermark, [...seen.entries()]]
      },
      onTimer({ at }: Timer, { emit, key }: TimerContext) {
        emit([key, 'timer', at, sum.get()])
      },
      onEnd(context: { emit(value: unknown): void }) {
        for (const [key, total] of sum.entries()) context.emit([key, 'end', total])
      },
    }
  }

/** Counts what comes from both sides. */
function counts({ state }: StageScope) {
  const count = state.numbers('count', { create: () => ({ left: 0, right: 0 }) })
  return {
    on: {
      left: () => void count.get().left++,
      right: () => void count.get().right++,
    },
    onEnd(context: { emit(value: unknown): void }) {
      for (const [key, { left, right }] of count.entries()) context.emit([key, left, right])
    },
  }
}

interface Input {
  readonly a: readonly (readonly Row[])[]
  readonly b: readonly (readonly Row[])[]
  readonly size: number
  readonly everyMs: number
  readonly capacity: number
}

const jobOf =
  ({ a, b, capacity, everyMs, size }: Input) =>
  (process: Process): JobSpec => {
    const parity = { name: 'parity', description: 'p', read: (row: unknown) => parityOf(row) }
    const both: StageSpec = {
      ...stage('both', 'sums', counts, {
        by: { left: [parity], right: [parity] },
        traits: { inputs: ['left', 'right'], absorbs: true },
      }),
      inputs: [
        { name: 'left', from: [from('sums')] },
        { name: 'right', from: [from('b')] },
      ],
    }
    // What reads one part only gets the same records with the same ids each time.
    const withId = (batch: SinkBatch, index: number) => [batch.id(index), batch.value(index)]
    return job({
      sources: [rowsSource(process, 'a', a, size), rowsSource(process, 'b', b, size)],
      stages: [stage('sums', 'a', sums(process), { by: [keyPart('key')] }), both],
      sinks: [
        diskSink(process, 'running', [from('sums')], withId),
        diskSink(process, 'totals', [from('both')]),
      ],
      deadLetter: deadSink(process),
      errors: { atMost: 1, of: 10 },
      mailbox: { capacity },
      checkpoint: diskCheckpoints(process, everyMs),
    })
  }

function parityOf(value: unknown): unknown {
  return Array.isArray(value) ? value.length % 2 : (value as Row).n % 2
}

const inputs = fc.record<Input>({
  a: fc.array(rows, { minLength: 1, maxLength: 3 }),
  b: fc.array(rows, { minLength: 1, maxLength: 2 }),
  size: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.integer({ min: 1, max: 12 }),
  capacity: fc.constantFrom(1, 3, 4096),
})
/** What a job shows and counts, without what depends on how the two sources met. */
function shown({ sinks }: Disk, { deadLetters, sources, stages, ...summary }: Summary) {
  return {
    running: sinks['running']?.visible,
    totals: sorted(sinks['totals']?.visible ?? []),
    dead: sinks['dead']?.visible.map((letter) => {
      const { time: _, ...rest } = letter as { readonly time: number }
      return rest
    }),
    deadLetters,
    byCode: summary.deadLettersByCode,
    sources: sources.map(({ malformed, read, sent }) => [malformed, read, sent]),
    stages,
    sinks: summary.sinks,
  }
}

it('is the undisturbed run for all who see it, however often it is killed or stopped', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, fates, async (input, script) => {
      const quiet = newDisk()
      const undisturbed = await lives(quiet, jobOf(input), [])

      const disk = newDisk()
      const last = await lives(disk, jobOf(input), script)

      expect(shown(disk, last)).toEqual(shown(quiet, undisturbed))
    }),
    { numRuns: 60 },
  )
})
