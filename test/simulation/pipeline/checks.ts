import type { DeadLetterRecord, EngineJob, ParkedRecord, Summary } from '@millrace/engine'

import type { BuiltJob } from './build.ts'
import { type Done, type Expected, expectedOf, type Failed, keptOf } from './expected.ts'
import { type JobPlan, type Reading, TIMEOUT_MS } from './plan.ts'

/** What the checks look at. */
export interface World {
  readonly plan: JobPlan
  readonly built: BuiltJob
  readonly job: EngineJob
  /** What was parked at the end, as it was handed over. */
  readonly handedOver: ParkedRecord[]
  /** Records that ever were parked. */
  readonly everParked: Set<number>
  /** Releases that have not been answered. */
  openReleases: number
  isAborted: boolean
  summary: Summary | undefined
}

type Letter = Pick<DeadLetterRecord, 'record' | 'attempts' | 'key'> & {
  readonly error: { readonly code: string } | null
}

/** Nothing has two fates, nothing arrives that was not sent. */
export function checkProgress({ everParked, job }: World): void {
  for (const letter of job.parked()) everParked.add(readingOf(letter).id)
  const { stages, sinks } = job.progress()
  for (const { id, in: received, used, filtered, late, dead, dropped, held } of stages) {
    const known = used + filtered + late + dead + dropped
    if (known > received || held < 0) {
      throw new Error(`stage ${id}: ${received} came in, ${known} have a fate, ${held} are held`)
    }
  }
  for (const { id, received, written, rejected } of sinks) {
    if (written + rejected > received) throw new Error(`sink ${id}: more than ${received} written`)
  }
}

/** The job ended as it must, and nothing of it is left. */
export function checkEnd(world: World): void {
  const { built, job, plan, openReleases, isAborted } = world
  const summary = summaryOf(world)
  const { book, sourcesMade } = built
  same('releases without an answer', openReleases, 0)
  const closedOtherThanOnce = book.closed.filter((times) => times !== 1)
  same('instances not closed once', closedOtherThanOnce, [])
  const lives = summary.pipelineRestarts + 1
  const again = [book.closed.length, sourcesMade()].map((made) => Math.max(0, made - lives))
  same('restarts', [summary.restarts], [again.reduce((sum, each) => sum + each)])
  if (isAborted) return
  same('handed over', world.handedOver, job.parked())
  if (plan.releases.length > 0) {
    const isPoisoned = plan.poison !== undefined && plan.readings.length > plan.poison
    const mayEndBefore = plan.end !== undefined && summary.error === undefined
    same('error', summary.error?.code, isPoisoned && !mayEndBefore ? 'TEST_POISON' : undefined)
    return
  }
  const expected = expectedBy(world)
  same('error', summary.error?.code, expected.error)
  same('instances', [book.closed.length, lives], [expected.instances, expected.lives])
  if (summary.state !== 'failed') checkCounts(world, expected)
}

/** Every record has exactly one fate, and each edge brought all of it. */
function checkCounts(world: World, expected: Expected): void {
  const { plan } = world
  const { sinks, sources, stages } = summaryOf(world)
  const sent = sources[0]?.sent ?? 0
  if (plan.end === undefined) same('sent', sent, plan.readings.length)
  const kept = keptOf(plan, sent)
  const { used, filtered, dead, held } = stages[1] ?? {}
  const { length: good } = expected.done
  same(
    'fates',
    [used, filtered, dead, held],
    [good, expected.skipped, expected.dead.length, expected.parked.length],
  )
  const edges = [
    stages[0]?.in,
    stages[0]?.sent['out'],
    stages[1]?.in,
    stages[1]?.sent['out'],
    stages[2]?.in,
    stages[2]?.sent['out'],
    sinks.find(({ id }) => id === 'totals')?.written,
  ]
  const fromFilter = kept.length * (plan.isForked ? 2 : 1)
  same('counts', edges, [sent, fromFilter, kept.length, good, good, good, good])
}

/** The results are those of a plain loop: all of them, or the first of them where the job failed. */
export function checkResults(world: World): void {
  const { built, plan } = world
  const kept = plan.isForked ? keptOf(plan, sentBy(world)) : []
  sameUntilFailure(world, 'kept', built.kept, kept)
  if (plan.releases.length > 0) return
  const { dead, done, parked } = expectedBy(world)
  sameUntilFailure(world, 'totals', built.totals, done)
  sameUntilFailure(world, 'dead letters', built.dead.map(failedOf), dead)
  if (!world.isAborted) same('parked', world.handedOver.map(failedOf), parked)
}

/** What ever was parked is through, given up or handed over. */
export function checkParked(world: World): void {
  const { built, everParked, handedOver, isAborted, plan } = world
  // What was parked in an earlier life of the pipeline is read again.
  if (isAborted || plan.beginsAnew !== undefined) return
  const waiting = new Set(handedOver.map((letter) => readingOf(letter).id))
  const gone = [...everParked].filter((id) => !waiting.has(id) && !built.book.through.has(id))
  const untried = gone.filter((id) => !built.book.tries.has(id))
  same('given up though they only waited', untried, [])
  const givenUp = summaryOf(world).stages[1]?.reasons['parked, then skipped'] ?? 0
  if (gone.length !== givenUp) {
    throw new Error(`${gone.join(', ')} were parked and are gone; ${givenUp} were given up`)
  }
}

/** Whatever is released when: what is through and what waits are all records of a user, in order. */
export function checkKeys(world: World): void {
  const { built, handedOver, isAborted, plan } = world
  if (plan.releases.length === 0 || isAborted) return
  const all = keptOf(plan, sentBy(world))
  const done = built.totals as readonly Done[]
  let given = all.length
  for (const user of new Set(all.map((reading) => reading.user))) {
    const own = all.filter((reading) => reading.user === user)
    const through = done.filter((one) => one.user === user)
    const waiting = handedOver.map(readingOf).filter((one) => one.user === user)
    const ids = [...through, ...waiting].map(({ id }) => id)
    const inOrder = own.filter(({ id }) => ids.includes(id)).map(({ id }) => id)
    same(`order of ${user}`, ids, inOrder)
    let total = 0
    const totals = through.map(({ id }) => (total += plan.readings[id]?.value ?? 0))
    same(
      `totals of ${user}`,
      through.map((one) => one.total),
      totals,
    )
    given -= ids.length
  }
  const { stages, state } = summaryOf(world)
  if (state === 'failed') return
  const { filtered, dead, reasons } = stages[1] ?? {}
  same('given up', [filtered, dead, reasons?.['parked, then skipped'] ?? 0], [given, 0, given])
}

/** Each failed record says how often it was tried, and a record is through after its last failure only. */
export function checkTries(world: World): void {
  const { built, handedOver, isAborted, plan } = world
  const { tries, waitsMs } = built.book
  const { pipelineRestarts, state } = summaryOf(world)
  const lives = pipelineRestarts + 1
  // The try under way when a job fails has not failed: a record that was released waits as it did before.
  const cut = state === 'failed' ? 1 : 0
  for (const letter of [...handedOver, ...(built.dead as readonly Letter[])]) {
    const { id, user } = readingOf(letter)
    same(`key of ${id}`, letter.key, { user })
    if (letter.error === null || lives > 1) continue
    const least = (tries.get(id) ?? 0) - cut
    if (letter.attempts < least || letter.attempts > least + cut) {
      throw new Error(`reading ${id} failed ${letter.attempts} times, of ${tries.get(id)} tries`)
    }
  }
  for (const { id } of built.totals as readonly Done[]) {
    // Once it is through, each later life of the pipeline tries it once.
    const least = (plan.readings[id]?.failures ?? 0) + 1
    const count = tries.get(id) ?? 0
    if (count < least || count > least + lives - 1) {
      throw new Error(`reading ${id} was tried ${count} times, not ${least} in ${lives} lives`)
    }
  }
  const isCutShort = isAborted || state === 'failed'
  const early = waitsMs.filter((ms) => Number.isNaN(ms) || (ms < TIMEOUT_MS && !isCutShort))
  same('aborts before their time, or never', early, [])
}

function expectedBy(world: World): Expected {
  return expectedOf(world.plan, sentBy(world))
}

/** What the source sent, as far as it matters: a life of the pipeline that failed has come as far as it could. */
function sentBy(world: World): number {
  if (world.plan.beginsAnew !== undefined) return world.plan.readings.length
  return summaryOf(world).sources[0]?.sent ?? 0
}

function summaryOf({ summary }: World): Summary {
  if (summary === undefined) throw new Error('The job has not ended.')
  return summary
}

function readingOf({ record }: Pick<Letter, 'record'>): Reading {
  return record as Reading
}

function failedOf(letter: unknown): Failed {
  const { attempts, error, record } = letter as Letter
  return { id: (record as Reading).id, code: error?.code ?? null, attempts }
}

function sameUntilFailure(
  world: World,
  what: string,
  got: readonly unknown[],
  expected: readonly unknown[],
): void {
  const hasFailed = summaryOf(world).state === 'failed'
  same(what, got, hasFailed ? expected.slice(0, got.length) : expected)
}

function same(what: string, got: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(got), JSON.stringify(expected)]
  if (left !== right) throw new Error(`${what}: got ${left}, expected ${right}`)
}
