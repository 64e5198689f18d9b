import type { RecordContext, StageScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { from, job, keyPart, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import {
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

/** Sums by key, of which the large ones leave the line. */
const sums =
  (process: Process) =>
  ({ state }: StageScope) => {
    const sum = state.value<number>('sum', { initial: () => 0 })
    return {
      async process({ n, t }: Row, context: RecordContext) {
        if (n === 4) await wait(process, 1 + (t % 3))
        sum.set(sum.get() + n)
        if (sum.get() % 3 !== 0) return [context.key, sum.get()]
        context.exit('a third', [context.key, 'exits', sum.get()])
        return undefined
      },
    }
  }

const slow = (process: Process) => ({
  async process(result: readonly unknown[]) {
    await wait(process, 2)
    return [...result, 'slow']
  },
})

interface Input {
  readonly rows: readonly (readonly Row[])[]
  readonly size: number
  readonly everyMs: number
  readonly capacity: number
  readonly workers: number
}

const jobOf =
  ({ capacity, everyMs, rows, size, workers }: Input) =>
  (process: Process): JobSpec =>
    job({
      sources: [rowsSource(process, 'rows', rows, size)],
      stages: [
        stage('sums', 'rows', sums(process), {
          by: [keyPart('key')],
          traits: { exits: true },
          parallel: workers === 1 ? undefined : { workers, runs: 'async', mode: 'keyed' },
        }),
        stage('slow', 'sums', slow(process)),
      ],
      sinks: [diskSink(process, 'all', [from('slow')]), diskSink(process, 'near', [from('sums')])],
      mailbox: { capacity },
      checkpoint: diskCheckpoints(process, everyMs),
    })

const inputs = fc.record<Input>({
  rows: fc.array(rows, { minLength: 1, maxLength: 2 }),
  size: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.integer({ min: 1, max: 12 }),
  capacity: fc.constantFrom(1, 3, 4096),
  workers: fc.integer({ min: 1, max: 3 }),
})

const shown = ({ sinks }: Disk) => ({
  all: sorted(sinks['all']?.visible ?? []),
  near: sorted(sinks['near']?.visible ?? []),
})

it('shows what exits exactly once at each sink, however often the job is killed or stopped', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, fates, async (input, script) => {
      const quiet = newDisk()
      const undisturbed = await lives(quiet, jobOf(input), [])

      const disk = newDisk()
      const last = await lives(disk, jobOf(input), script)

      expect(shown(disk)).toEqual(shown(quiet))
      expect(last.sinks).toEqual(undisturbed.sinks)
      expect(last.stages).toEqual(undisturbed.stages)
    }),
    { numRuns: 60 },
  )
})
