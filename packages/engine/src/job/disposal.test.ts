import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

interface Shape {
  readonly sources: number
  readonly stages: number
  readonly sinks: number
  readonly deadLetter: boolean
  /** Whether each hook returns a promise, in turn. */
  readonly asynchronous: readonly boolean[]
}

/** Ids in the order of the start: readers before writers. */
function startOrder({ sources, stages, sinks, deadLetter }: Shape): readonly string[] {
  return [
    ...(deadLetter ? ['dead'] : []),
    ...ids('sink', sinks).toReversed(),
    ...ids('stage', stages).toReversed(),
    ...ids('source', sources),
  ]
}

function ids(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}${index}`)
}

const hooks = {
  source: ['create', 'open', 'partitions', 'size', 'read', 'close', 'dispose'],
  stage: ['create', 'open', 'handler', 'process', 'onEnd', 'close', 'dispose'],
  sink: ['create', 'open', 'write', 'flush', 'commit', 'abort', 'close', 'dispose'],
}

/** Every step that a job of this shape may take, such as `open sink0`. */
function stepsOf(shape: Shape): readonly string[] {
  return startOrder(shape).flatMap((id) => {
    const kind = id.startsWith('source') ? 'source' : id.startsWith('stage') ? 'stage' : 'sink'
    // No record of these jobs becomes a dead letter.
    return hooks[kind].map((hook) => `${hook} ${id}`).filter((step) => step !== 'write dead')
  })
}

/** What a job did: every step it took, and those of them that failed, in order. */
class Journal {
  readonly took: string[] = []
  readonly failed: string[] = []
  readonly #faults: ReadonlySet<string>
  readonly #asynchronous: readonly boolean[]

  constructor(faults: ReadonlySet<string>, asynchronous: readonly boolean[]) {
    this.#faults = faults
    this.#asynchronous = asynchronous
  }

  /** The step's hook: it gives `result`, or fails with `no <step>`; now or later. */
  hook<T>(step: string, result: T): () => T | Promise<T> {
    return () => {
      const later = this.#asynchronous[this.took.length % this.#asynchronous.length] === true
      return later
        ? nodeRuntime.yield().then(() => this.#take(step, result))
        : this.#take(step, result)
    }
  }

  fails(step: string): boolean {
    return this.#faults.has(step)
  }

  #take<T>(step: string, result: T): T {
    this.took.push(step)
    if (!this.#faults.has(step)) return result
    this.failed.push(step)
    throw new Error(`no ${step}`)
  }
}

function parts<I extends object>(journal: Journal, id: string, own: I) {
  const hook = (name: string) => journal.hook<void>(`${name} ${id}`, undefined)
  const instance = { open: hook('open'), close: hook('close'), ...own }
  return { create: journal.hook(`create ${id}`, instance), dispose: hook('dispose') }
}

function build(shape: Shape, journal: Journal): JobSpec {
  const hook = (step: string) => journal.hook<void>(step, undefined)
  const sources = ids('source', shape.sources).map((id) => {
    const own = {
      partitions: journal.hook(`partitions ${id}`, ['']),
      size: journal.hook(`size ${id}`, 1),
      async *read() {
        await journal.hook(`read ${id}`, 0)()
        yield { values: [1, 2] }
      },
    }
    const source = listSource([], { id })
    return { ...source, factory: { ...source.factory, ...parts(journal, id, own) } }
  })
  let input = sources.map(({ id }) => from(id))
  const stages = ids('stage', shape.stages).map((id) => {
    const own = {
      onEnd: hook(`onEnd ${id}`),
      ...(!journal.fails(`handler ${id}`) && { process: journal.hook(`process ${id}`, 'result') }),
    }
    const made = stage(id, '', {})
    const inputs = [{ name: 'in', from: input }]
    input = [from(id)]
    return { ...made, inputs, factory: { ...made.factory, ...parts(journal, id, own) } }
  })
  const sink = (id: string, reads: typeof input) => {
    const own = {
      write: hook(`write ${id}`),
      flush: hook(`flush ${id}`),
      commit: hook(`commit ${id}`),
      abort: hook(`abort ${id}`),
    }
    const made = listSink(id, reads)
    return { ...made, factory: { ...made.factory, ...parts(journal, id, own) } }
  }
  return job({
    sources,
    stages,
    sinks: ids('sink', shape.sinks).map((id) => sink(id, input)),
    deadLetter: shape.deadLetter ? sink('dead', []) : undefined,
    onError: 'fail',
  })
}

/** In reverse what was created; a factory that was asked to create is disposed, also when it could not. */
function expectedEnds(
  order: readonly string[],
  took: readonly string[],
  failed: readonly string[],
) {
  return order.toReversed().flatMap((id) => {
    if (!took.includes(`create ${id}`)) return []
    return failed.includes(`create ${id}`) ? [`dispose ${id}`] : [`close ${id}`, `dispose ${id}`]
  })
}

/** Sinks that were closed before they had committed or aborted. */
function hasty(took: readonly string[]): readonly string[] {
  return took.filter((step, index) => {
    const settled = step.replace(/^(commit|abort) /, 'close ')
    return settled !== step && took.indexOf(settled) < index
  })
}

const isEnd = (step: string): boolean => /^(close|dispose) /.test(step)
const isUndoing = (step: string): boolean => /^(close|dispose|abort) /.test(step)

async function run(shape: Shape, faults: readonly string[]): Promise<[Journal, Summary]> {
  const journal = new Journal(new Set(faults), shape.asynchronous)
  const summary = await createJob(build(shape, journal), { runtime: nodeRuntime }).run()
  return [journal, summary]
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  sources: fc.integer({ min: 1, max: 2 }),
  stages: fc.nat(3),
  sinks: fc.integer({ min: 1, max: 2 }),
  deadLetter: fc.boolean(),
  asynchronous: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
})
const cases = shapes.chain((shape) => {
  const steps = stepsOf(shape)
  return fc.record({
    shape: fc.constant(shape),
    // One step fails, and with it any number of those that only clean up.
    faults: fc
      .tuple(fc.constantFrom(...steps), fc.subarray(steps.filter(isUndoing), { maxLength: 4 }))
      .map(([one, more]) => [one, ...more]),
  })
})

it('disposes what was created once and in reverse, whatever step fails, and reports the first', async () => {
  const law = fc.asyncProperty(cases, async ({ shape, faults }) => {
    const [{ took, failed }, summary] = await run(shape, faults)

    const order = startOrder(shape)
    const begun = order.filter((id) => took.includes(`create ${id}`))
    const cause = [...failed, ...faults].find((step) => !isUndoing(step))
    const text = cause?.startsWith('handler ') ? 'neither process' : `no ${cause}`
    // What fails to open is closed quietly; every other failure to clean up is told.
    const quiet = cause?.replace(/^(handler|open|partitions|size) /, 'close ')
    const told = failed.filter((step) => isUndoing(step) && step !== quiet)
    expect(begun).toEqual(order.slice(0, begun.length))
    expect(took.filter(isEnd)).toEqual(expectedEnds(order, took, failed))
    expect(hasty(took)).toEqual([])
    expect(summary.state).toBe(cause === undefined ? 'completed' : 'failed')
    expect(summary.error?.message ?? 'no undefined').toContain(text)
    expect(summary.warnings.map((warning) => /no (?<step>.*)/.exec(warning)?.[1])).toEqual(told)
  })
  await fc.assert(law, { numRuns: 300 })
}, 60_000)
