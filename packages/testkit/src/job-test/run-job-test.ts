import { isMillraceError, messageOf, type Where } from '@millrace/base'
import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import { createJob, type EngineJob, type JobSpec, type Progress } from '@millrace/engine'
import type { Expectation, JobTest } from '@millrace/loader'
import { Feed } from './feed.ts'
import { type MatchLine, matchRecords } from './match-records.ts'
import { mockedStage } from './mocked-stage.ts'
import { Taps } from './taps.ts'

/** How one expectation turned out. */
export interface Checked {
  readonly expectation: Expectation
  /** What came out since the expectation before. */
  readonly got: readonly unknown[]
  readonly lines: readonly MatchLine[]
  readonly isMet: boolean
}

/** Something that is wrong beside the expectations. */
export interface TestProblem {
  readonly message: string
  readonly hint: string
  readonly where: Where
}

/** How one test turned out. */
export interface JobTestRun {
  readonly passed: boolean
  readonly checked: readonly Checked[]
  readonly problems: readonly TestProblem[]
}

/** Virtual time that a job may take to end after its input. */
const END_WITHIN_MS = 3_600_000
/** Virtual time to the first look at whether it has; then twice as long each time. */
const LOOK_EVERY_MS = 250
/** Real time for what the engine does not know of, such as files that a stage reads. */
const OUTSIDE_MS = 50

/** Runs one test of a job file: the real engine and stages under virtual time, without the job's sources and sinks. */
export function runJobTest(spec: JobSpec, test: JobTest): Promise<JobTestRun> {
  return new Run(spec, test).run()
}

class Run {
  readonly #test: JobTest
  readonly #runtime: ManualRuntime
  readonly #feeds: ReadonlyMap<string, Feed>
  readonly #taps: Taps
  readonly #job: EngineJob
  readonly #problems: TestProblem[] = []
  readonly #checked: Checked[] = []
  #isOver = false

  constructor(spec: JobSpec, test: JobTest) {
    this.#test = test
    this.#runtime = createManualRuntime({ startMs: test.clockMs })
    // A job without a source of its own gets one, as from whoever runs it.
    const sources: JobSpec['sources'] =
      spec.sources.length > 0
        ? spec.sources
        : [{ id: 'source', factory: new Feed({ name: 'given', ends: true }).factory }]
    this.#feeds = new Map(sources.map(({ id, factory }) => [id, new Feed(factory.traits)]))
    const observed = test.steps.flatMap((step) =>
      step.kind === 'expect' ? step.expectations.map(({ of }) => of) : [],
    )
    this.#taps = new Taps(spec, observed)
    this.#job = createJob(
      {
        ...spec,
        sources: sources.map((source) => ({
          ...source,
          factory: (this.#feeds.get(source.id) as Feed).factory,
          limit: undefined,
        })),
        stages: spec.stages.map((stage) => {
          const mocks = test.mocks.filter(({ of }) => of.id === stage.id)
          if (mocks.length === 0) return stage
          const missing = (name: string, where: Where): void => this.#unmocked(name, where)
          const factory = mockedStage(stage.factory, mocks, ({ of, where }) =>
            missing(of.name, where),
          )
          return { ...stage, factory, by: undefined }
        }),
        ...this.#taps.sinks,
      },
      { runtime: this.#runtime, onParked: () => {} },
    )
  }

  async run(): Promise<JobTestRun> {
    const summary = this.#job.run().finally(() => {
      this.#isOver = true
    })
    await this.#settle()
    for (const step of this.#test.steps) {
      if (step.kind === 'given') this.#feed(step.source, step.records, step.where)
      else if (step.kind === 'advance' || step.kind === 'idle') await this.#runtime.elapse(step.ms)
      else if (step.kind === 'end') for (const feed of this.#feeds.values()) feed.end()
      else for (const expectation of step.expectations) this.#check(expectation)
      if (step.kind === 'end') await this.#finish(step.where)
      else if (step.kind !== 'expect') await this.#settle()
    }
    if (!this.#isOver) {
      void this.#job.stop()
      await this.#finish(this.#test.where)
    }
    if (this.#isOver) this.#failure(await summary)
    else this.#job.abort()
    const problems = this.#problems
    const passed = problems.length === 0 && this.#checked.every(({ isMet }) => isMet)
    return { passed, checked: this.#checked, problems }
  }

  #feed(source: string, records: readonly unknown[], where: Where): void {
    if (this.#isOver) {
      const hint = 'Put the records above the end, or into a test of their own.'
      this.#problems.push({ message: 'The job was over before these records.', hint, where })
    }
    this.#feeds.get(source)?.push(records)
  }

  #check(expectation: Expectation): void {
    const got = this.#taps.take(expectation.of)
    // Who is first to fail, of several stages, is nobody's promise.
    const order = expectation.of.name === 'deadLetter' ? 'any' : this.#test.order
    const lines = matchRecords(expectation.records, got, { match: this.#test.match, order })
    const isMet = lines.every(({ kind }) => kind === 'same')
    this.#checked.push({ expectation, got, lines, isMet })
  }

  /** Lets everything happen that can without the clock. */
  async #settle(): Promise<void> {
    await this.#runtime.settle()
    const until = performance.now() + OUTSIDE_MS
    while (!this.#isOver && isBusy(this.#job.progress()) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      await this.#runtime.settle()
    }
  }

  async #finish(where: Where): Promise<void> {
    const untilMs = this.#runtime.monotonic() + END_WITHIN_MS
    await this.#settle()
    for (let stepMs = LOOK_EVERY_MS; !this.#isOver; stepMs *= 2) {
      if (this.#runtime.monotonic() >= untilMs) break
      await this.#runtime.elapse(stepMs)
    }
    if (this.#isOver) return
    const hint = 'See which stage waits for something that does not come.'
    this.#problems.push({ message: 'The job did not end within an hour of its time.', hint, where })
  }

  #failure({ error }: { readonly error?: unknown }): void {
    if (error === undefined) return
    const message = `The job failed: ${messageOf(error)}`
    const known = isMillraceError(error)
    const hint = known ? error.hint : 'See the stage that threw it.'
    const isPlaced = known && error.where.line !== undefined
    this.#problems.push({ message, hint, where: isPlaced ? error.where : this.#test.where })
  }

  #unmocked(name: string, where: Where): void {
    const message = `More records reach "${name}" than it has mocks.`
    if (this.#problems.some((problem) => problem.message === message)) return
    const hint = 'Add a record for each, or [] for those that shall give nothing.'
    this.#problems.push({ message, hint, where })
  }
}

/** Whether a record is in somebody's hands. */
function isBusy({ stages, sinks }: Progress): boolean {
  return stages.some(({ held }) => held > 0) || sinks.some(({ held }) => held > 0)
}
