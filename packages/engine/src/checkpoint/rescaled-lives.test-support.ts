import type { RecordContext, StageScope, Timer, TimerContext } from '@millrace/sdk'
import fc from 'fast-check'
import { expect } from 'vitest'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import { groupBy } from '../job/parallel.test-support.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import {
  deadSink,
  type Disk,
  diskCheckpoints,
  diskSink,
  type Process,
  type Row,
  rows,
  rowsSource,
  sorted,
  wait,
} from './lives.test-support.ts'

/** Running sums that fail now and then, what was seen, and timers that tell what had come together. */
const sums =
  (process: Process) =>
  ({ state, timers }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    const seen = state.map<number, number>('seen', { ttl: { ms: 30 } })
    const last = state.list<number>('last')
    const count = state.numbers('count', { create: () => ({ n: 0 }) })
    return {
      async process({ n, t }: Row, context: RecordContext) {
        if (n === 4) await wait(process, 1 + (t % 3))
        sum.set(sum.get() + n)
        seen.set(n, t)
        last.add(n)
        count.get().n++
        timers.event.set(t + n)
        if (n === 2) timers.clock.set(Number.MAX_SAFE_INTEGER)
        if (n === 3) return context.reject('THREE', 'No.')
        const all = [...seen.entries()]
        return [context.key, t, sum.get(), context.watermark, all, last.values(), count.get().n]
      },
      onTimer({ at, time }: Timer, context: TimerContext) {
        context.emit([context.key, 'timer', time, at, sum.get()])
      },
      onEnd(context: { emit(value: unknown): void }) {
        for (const [key, total] of sum.entries()) context.emit([key, 'end', total])
      },
    }
  }

/** What a job reads, and how. */
export interface Input {
  readonly a: readonly (readonly Row[])[]
  readonly size: number
  readonly everyMs: number
  readonly capacity: number
}

/** The job of one life after the other, with these numbers of workers. */
export function jobsOf({ a, capacity, everyMs, size }: Input, workers: readonly number[]) {
  let life = 0
  return (process: Process): JobSpec => {
    const own = workers[life++ % workers.length] ?? 1
    const keyed = { workers: own, runs: 'async', mode: 'keyed' } as const
    return job({
      sources: [rowsSource(process, 'a', a, size)],
      stages: [
        stage('sums', 'a', sums(process), { by: [keyPart('key')], parallel: keyed }),
        stage(
          'slow',
          'sums',
          { process: (result: unknown) => result },
          {
            traits: { keeps: 'nothing' },
            parallel: { workers: own, runs: 'async', mode: 'unordered' },
          },
        ),
      ],
      sinks: [
        diskSink(process, 'running', [from('sums')]),
        diskSink(process, 'ids', [from('slow')], (batch, index) => batch.id(index)),
      ],
      deadLetter: deadSink(process),
      errors: { atMost: 1, of: 10 },
      mailbox: { capacity },
      checkpoint: diskCheckpoints(process, everyMs),
    })
  }
}

export const inputs: fc.Arbitrary<Input> = fc.record<Input>({
  a: fc.array(rows, { minLength: 1, maxLength: 3 }),
  size: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.integer({ min: 1, max: 12 }),
  capacity: fc.constantFrom(1, 3, 4096),
})

/** What a job shows and counts, without what depends on who was asked first. */
export function shown({ sinks }: Disk, { deadLetters, sources, stages, ...summary }: Summary) {
  const ids = sinks['ids']?.visible ?? []
  expect(new Set(ids).size).toBe(ids.length)
  return {
    running: groupBy(sinks['running']?.visible as unknown[][], ([key]) => JSON.stringify(key)),
    dead: sorted(
      (sinks['dead']?.visible ?? []).map((letter) => {
        const { error, id, key, record } = letter as Readonly<Record<string, unknown>>
        expect(id).toMatch(/^a\//)
        return [error, key, record]
      }),
    ),
    deadLetters,
    byCode: summary.deadLettersByCode,
    sources: sources.map(({ malformed, read, sent }) => [malformed, read, sent]),
    stages,
    sinks: summary.sinks,
  }
}
