import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import type { Summary } from '../report/summary.ts'
import { graphJob, type Shape } from './graphs.test-support.ts'
import { shapes } from './shapes.test-support.ts'
import { threaded } from './threads.test-support.ts'

/** What the same job does with all of it in one thread, none of it parallel. */
async function plain(shape: Shape) {
  const { runtime, shown, spec } = graphJob(shape, false)
  const run = createJob(spec, { runtime }).run()
  const over = { is: false }
  void run.finally(() => (over.is = true))
  while (!over.is) await runtime.elapse(20)
  return shown(await run)
}

it('any graph gives in threads and processes what it gives in one thread, and counts the same', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const { runtime, shown, spec, stages } = graphJob(shape, true)

      const summary = await threaded(spec, stages, runtime).run()

      expect(summary.error).toBeUndefined()
      expect(shown(summary)).toEqual(await plain(shape))
    }),
    { numRuns: 60 },
  )
}, 60_000)

/** The same with no more of each source than was read. */
const readOf = (shape: Shape, { sources }: Summary): Shape => ({
  ...shape,
  sources: shape.sources.map((rows, at) => rows.slice(0, sources[at]?.read ?? 0)),
})

const at = fc.nat(40)

it.each([
  { what: 'drained', does: 'drain' as const, isClosed: false },
  // What waits for the end of the input says nothing when it is stopped.
  { what: 'stopped', does: 'stop' as const, isClosed: true },
])(
  'any graph that is $what, wherever it runs, finishes what it has read',
  async (how) => {
    const { does, isClosed } = how
    await fc.assert(
      fc.asyncProperty(shapes, at, async (drawn, when) => {
        const shape = { ...drawn, isClosed }
        const { runtime, shown, spec, stages } = graphJob(shape, true)
        const { engine, run } = threaded(spec, stages, runtime)

        const summary = await run((step) => {
          if (step === when) void engine[does]()
        }, 1)

        expect(summary.error).toBeUndefined()
        expect(shown(summary)).toEqual(await plain(readOf(shape, summary)))
      }),
      { numRuns: 60 },
    )
  },
  60_000,
)

it('any graph ends, wherever it runs, whatever is done to it', async () => {
  const deed = fc.record({
    at,
    does: fc.constantFrom('stop' as const, 'drain' as const, 'abort' as const, 'lose' as const),
    worker: fc.nat(4),
  })
  const failsAt = fc.option(fc.nat(30), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(shapes, fc.array(deed, { maxLength: 3 }), failsAt, async (drawn, deeds, n) => {
      const shape = n === undefined ? drawn : { ...drawn, failsAt: n }
      const { runtime, spec, stages } = graphJob(shape, true)
      const { engine, run, threads } = threaded(spec, stages, runtime)

      const { error, state } = await run((step) => {
        for (const { at: due, does, worker } of deeds) {
          if (step !== due) continue
          if (does === 'lose') threads.kill(worker, { exitCode: 1 })
          else void engine[does]()
        }
      }, 1)

      const codes = ['ENG_ABORTED', 'ENG_WORKER_LOST', 'ENG_RECORD']
      expect(error?.code ?? state).toBeOneOf([...codes, 'completed', 'stopped'])
    }),
    { numRuns: 60 },
  )
}, 60_000)
