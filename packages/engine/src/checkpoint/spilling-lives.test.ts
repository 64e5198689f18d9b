import type { RecordContext, StageScope, Timer, TimerContext } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, SpillSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { memorySpill, type MemorySpill } from '../state/memory-spill.test-support.ts'
import { diskChanges } from './changes-on-disk.test-support.ts'
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
  wait,
} from './lives.test-support.ts'

/** Keeps something of each kind, fails now and then, and looks at all keys at the end. */
const keeper =
  (process: Process) =>
  ({ state, timers }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    const seen = state.map<number, number>('seen', { ttl: { ms: 12 } })
    const all = state.list<number>('all', { ttl: { ms: 9 } })
    const made = state.object('made', { create: () => ({ n: 0 }) })
    const front = state.ordered<number>('front')
    const count = state.numbers('count', { create: () => ({ n: 0 }) })
    const show = () => [
      sum.get(),
      [...seen.entries()],
      [...all.values()],
      made.get().n,
      [...front.range(0, 1000)],
      count.get().n,
    ]
    return {
      async process({ n, t }: Row, context: RecordContext) {
        if (n === 4) await wait(process, 1 + (t % 3))
        sum.set(sum.get() + n)
        if (n === 2) seen.delete(1)
        seen.set(n, t)
        all.add(n)
        front.add(t + n, n)
        timers.event.set(t + n)
        if (n === 3) return context.reject('THREE', 'No.')
        if (n === 5) all.clear()
        made.get().n += n
        count.get().n++
        return [context.key, t, show()]
      },
      onTimer({ at }: Timer, { emit, key }: TimerContext) {
        if (at % 3 === 0) sum.clear()
        emit([key, 'timer', at, sum.get(), made.get().n])
      },
      onWatermark(mark: number, context: { emit(value: unknown): void }) {
        front.releaseBefore(mark - 5, (time, n, key) => context.emit([key, time, n, sum.get()]))
      },
      onEnd(context: { emit(value: unknown): void }) {
        for (const [key, total] of sum.entries()) context.emit([key, 'end', total, show()])
        for (const [key, { n }] of made.entries()) context.emit([key, 'made', n])
      },
    }
  }

interface Input {
  readonly partitions: readonly (readonly Row[])[]
  readonly size: number
  readonly everyMs: number
  readonly keepsChanges: boolean
  readonly keys: number
}

const jobOf =
  (
    { everyMs, keepsChanges, partitions, size }: Input,
    spill: SpillSpec | undefined,
    files: MemorySpill[],
  ) =>
  (process: Process): JobSpec =>
    job({
      sources: [rowsSource(process, 'a', partitions, size)],
      stages: [stage('keeper', 'a', keeper(process), { by: [keyPart('key')], spill })],
      sinks: [diskSink(process, 'out', [from('keeper')])],
      deadLetter: deadSink(process),
      errors: { atMost: 1, of: 10 },
      checkpoint: (keepsChanges ? diskChanges : diskCheckpoints)(process, everyMs),
      spills() {
        const file = memorySpill()
        files.push(file)
        return Promise.resolve(file)
      },
    })

const inputs = fc.record<Input>({
  partitions: fc.array(rows, { minLength: 1, maxLength: 2 }),
  size: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.integer({ min: 1, max: 12 }),
  keepsChanges: fc.boolean(),
  keys: fc.integer({ min: 1, max: 2 }),
})

function shown({ checkpoint, sinks }: Disk, { stages, ...summary }: Summary) {
  const state = checkpoint?.stages['keeper']?.snapshot
  return {
    out: sinks['out']?.visible,
    dead: sinks['dead']?.visible.map((letter) => {
      const { time: _, ...rest } = letter as { readonly time: number }
      return rest
    }),
    stages,
    state,
    sinks: summary.sinks,
  }
}

it('is the run that keeps all in memory, however often it is killed or stopped', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, fates, async (input, script) => {
      const quiet = newDisk()
      const undisturbed = await lives(quiet, jobOf(input, undefined, []), [])

      const disk = newDisk()
      const files: MemorySpill[] = []
      const last = await lives(disk, jobOf(input, { keys: input.keys }, files), script)

      expect(shown(disk, last)).toEqual(shown(quiet, undisturbed))
      expect(files.at(-1)?.isClosed).toBe(true)
    }),
    { numRuns: 60 },
  )
})

it('goes on without a bound from what a run with one has left, and the other way round', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, fates, async (input, script) => {
      const quiet = newDisk()
      const undisturbed = await lives(quiet, jobOf(input, undefined, []), [])

      const disk = newDisk()
      let life = 0
      const last = await lives(
        disk,
        (process) => jobOf(input, life++ % 2 === 0 ? { keys: 1 } : undefined, [])(process),
        script,
      )

      expect(shown(disk, last)).toEqual(shown(quiet, undisturbed))
    }),
    { numRuns: 30 },
  )
})
