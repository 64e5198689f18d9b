import { isDeepStrictEqual } from 'node:util'
import { type StageDefinition, tryParseParameters } from '@millrace/sdk'
import fc from 'fast-check'
import { demand, type Law, shown } from './law.ts'
import type { StageCase } from './observe-stage.ts'
import { type LaneRecord, type LaneResults, runLanes } from './run-lanes.ts'
import { caseOf, type Sample, stageLaw, type StageUnderLaw } from './stage-laws-options.ts'

/** Numbers of records folded in another order may differ by so much, or by this part of them where they are above 1. */
const CLOSE = 1e-9

/** And by this part of all that came added up: what cancels out leaves the rounding of what was large. */
const ROUNDING = 2 ** -48

/** How records reach the halves. */
interface Way {
  /** How often the records of the sample come, as there is little to fold in few. */
  readonly times: number
  /** The lane of each record. */
  readonly to: readonly number[]
  /** Sizes of batches that take turns. */
  readonly batch: readonly number[]
  /** Whether they come in the order of their event times. */
  readonly inOrder: boolean
  /** How many lanes there are from the beginning, and behind each stop; 0: the stage in one piece. */
  readonly lanes: readonly number[]
  /** Behind how many records it is stopped and goes on. */
  readonly stops: readonly number[]
}

const ways: fc.Arbitrary<Way> = fc.record({
  times: fc.integer({ min: 1, max: 3 }),
  to: fc.array(fc.nat({ max: 2 }), { minLength: 24, maxLength: 24 }),
  batch: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  inOrder: fc.nat({ max: 3 }).map((number) => number > 0),
  lanes: fc.array(fc.constantFrom(1, 1, 2, 3, 0), { minLength: 3, maxLength: 3 }),
  stops: fc.array(fc.nat({ max: 30 }), { maxLength: 2 }),
})

/** Law on a stage that may come in two halves: nobody can tell from its results. */
export function combinedLaw<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = {
    id: 'combined',
    title: 'in two halves, with any number of workers before them, it gives what it gives in one',
  }
  return stageLaw(stage, about, ways, async (sample, way) => {
    const parsed = tryParseParameters(definition, sample.parameters)
    if (!('value' in parsed) || definition.combined?.(parsed.value) === undefined) return
    const records = recordsOf(sample, way, options.timestamp)
    const disorderMs = disorderOf(records)
    const one = caseOf(options, sample)
    const whole = await runLanes(definition, one, {
      lanes: 0,
      records,
      batch: way.batch,
      disorderMs,
      stops: false,
    })
    const halves = await livesOf(definition, one, records, { ...way, disorderMs })
    const came = new Set(records.map(({ record }) => record))
    for (const record of halves.handedOn) {
      demand(came.has(record), () => `Its first half handed on ${shown(record)}, which never came.`)
    }
    const rounding = records.reduce((sum, { record }) => sum + sizeOf(record), 0) * ROUNDING
    demandAlike('results', whole.results, halves.results, rounding)
    demandAlike('failed records', whole.rejected, halves.rejected, rounding)
  })
}

/** Runs it, stops it, goes on with another number of lanes, and so on to the end. */
async function livesOf<P>(
  definition: StageDefinition<P>,
  one: StageCase,
  records: readonly LaneRecord[],
  { batch, disorderMs, lanes, stops }: Way & { readonly disorderMs: number },
): Promise<Omit<LaneResults, 'kept'>> {
  const within = stops.filter((stop) => stop < records.length).toSorted((a, b) => a - b)
  const lives: LaneResults[] = []
  for (let life = 0; life <= within.length; life++) {
    const own = records.slice(within[life - 1] ?? 0, within[life])
    lives.push(
      await runLanes(definition, one, {
        lanes: lanes[life] ?? 0,
        records: own,
        batch,
        disorderMs,
        // As it comes back from where it was written to.
        restored: structuredClone(lives.at(-1)?.kept),
        stops: life < within.length,
      }),
    )
  }
  return {
    results: lives.flatMap(({ results }) => results),
    rejected: lives.flatMap(({ rejected }) => rejected),
    handedOn: lives.flatMap(({ handedOn }) => handedOn),
  }
}

function recordsOf(
  { input }: Sample,
  { inOrder, times, to }: Way,
  timestamp = (_record: unknown, index: number): number => index,
): readonly LaneRecord[] {
  const all = Array.from({ length: times }, () => input).flat()
  const records = all.map((record, index) => {
    return { record, time: timestamp(record, index), lane: to[index % to.length] ?? 0 }
  })
  return inOrder ? records.toSorted((a, b) => a.time - b.time) : records
}

/** The least disorder with which no record is late, however many read them: which records are late depends on who was faster. */
function disorderOf(records: readonly LaneRecord[]): number {
  let latest = Number.NEGATIVE_INFINITY
  let most = 0
  for (const { time } of records) {
    latest = Math.max(latest, time)
    most = Math.max(most, latest - time)
  }
  return most
}

/** All numbers in a value added up, without signs: infinite where their sum, in some order, may be. */
function sizeOf(value: unknown): number {
  if (typeof value === 'number') return Number.isNaN(value) ? 0 : Math.abs(value)
  if (!isObject(value)) return 0
  return Object.values(value).reduce((sum: number, field) => sum + sizeOf(field), 0)
}

/** Demands the same things, in any order. */
function demandAlike(
  name: string,
  whole: readonly object[],
  halves: readonly object[],
  rounding: number,
): void {
  const left = [...halves]
  for (const one of whole) {
    const at = left.findIndex((other) => isClose(one, other, rounding))
    demand(
      at >= 0,
      () => `In one piece it gave ${shown(one)}; its halves: ${shown(halves)} (${name}).`,
    )
    left.splice(at, 1)
  }
  demand(
    left.length === 0,
    () => `Its halves gave ${shown(left)}, too; in one: ${shown(whole)} (${name}).`,
  )
}

/** Whether two values are equal but for the last digits of their numbers. */
function isClose(one: unknown, other: unknown, rounding: number): boolean {
  if (typeof one === 'number' && typeof other === 'number') {
    const most = Math.max(1, Math.abs(one), Math.abs(other))
    const allowed = Math.max(CLOSE * most, rounding)
    return Object.is(one, other) || rounding === Infinity || Math.abs(one - other) <= allowed
  }
  if (!isObject(one) || !isObject(other)) return isDeepStrictEqual(one, other)
  const names = Object.keys(one)
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isClose(one[name], other[name], rounding))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
