import type { RecordContext, StageScope, Timer, TimerContext } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import { groupBy } from '../job/parallel.test-support.ts'
import type { JobSpec } from '../plan/job-spec.ts'
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
      onTimer({ at, time }: Timer, { emit, key }: TimerContext) {
        emit([key, 'timer', time, at, sum.get()])
      },
      onEnd(context: { emit(value: unknown): void }) {
        for (const [key, total] of sum.entries()) context.emit([key, 'end', total])
      },
    }
  }

interface Input {
  readonly a: readonly (readonly Row[])[]
  readonly size: number
  readonly everyMs: number
  readonly capacity: number
}

/** The job of one life after the other, with these numbers of workers. */
function jobsOf({ a, capacity, everyMs, size }: Input, workers: readonly number[]) {
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

const inputs = fc.record<Input>({
  a: fc.array(rows, { minLength: 1, maxLength: 3 }),
  size: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.integer({ min: 1, max: 12 }),
  capacity: fc.constantFrom(1, 3, 4096),
})

/** What a job shows and counts, without what depends on who was asked first. */
function shown({ sinks }: Disk, { deadLetters, sources, stages, ...summary }: Summary) {
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

interface Resize {
  readonly atMs: number
  readonly stage: 'sums' | 'slow'
  readonly workers: number
}

it('a job that is resized while it runs, killed and stopped shows what one shows that has one worker and peace', async () => {
  const told = { sums: 0, slow: 0 }
  await fc.assert(
    fc.asyncProperty(
      inputs,
      fates,
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(
        fc.record<Resize>({
          atMs: fc.nat(30),
          stage: fc.constantFrom('sums', 'slow'),
          workers: fc.integer({ min: 1, max: 4 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      async (input, script, workers, resizes) => {
        const quiet = newDisk()
        const undisturbed = await lives(quiet, jobsOf(input, [1]), [])

        const disk = newDisk()
        const last = await lives(disk, jobsOf(input, workers), script, [], (running, process) => {
          for (const { atMs, stage: id, workers: count } of resizes) {
            process.runtime.timer(atMs, () => {
              running.resize(id, count).then(
                ({ before }) => (told[id] += before === count ? 0 : 1),
                // It was killed, stopped or done before.
                (error: unknown) => expect(error).toHaveProperty('code'),
              )
            })
          }
        })

        expect(shown(disk, last)).toEqual(shown(quiet, undisturbed))
      },
    ),
    { numRuns: 80 },
  )
  // A law of refusals would be none.
  expect(Math.min(told.sums, told.slow)).toBeGreaterThan(10)
})
