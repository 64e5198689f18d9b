import { isDeepStrictEqual } from 'node:util'
import { type Detector, type DetectorDefinition, tryParseParameters } from '@millrace/sdk'
import fc, { type Arbitrary } from 'fast-check'
import { demand, type Effort, type Law, lawOver, shown } from './law.ts'
import { registerLaws } from './register-laws.ts'

/** What a detector is proved with. */
export interface DetectorLawsOptions extends Effort {
  /** As a job file gives them; default none. */
  readonly parameters?: unknown
  /** Numbers of a point; default 1, or 3 where the detector takes any. */
  readonly dimensions?: number | undefined
  /** Default 20. */
  readonly warmup?: number | undefined
  /** Points at most; default 200. */
  readonly points?: number | undefined
  /** `a * x + b`, with `a` above 0, is as strange as x, to nine digits: the law that proves it is added. Default false. */
  readonly scaleFree?: boolean | undefined
}

interface Subject {
  readonly name: string
  readonly options: DetectorLawsOptions
  readonly dimensions: number
  /** A new one, with nothing learnt. */
  readonly make: () => Detector
  readonly bytes: number
}

type Points = readonly (readonly number[])[]

/** The laws that a detector has to keep. Throws where `parameters` are wrong. */
export function listDetectorLaws<P>(
  definition: DetectorDefinition<P>,
  options: DetectorLawsOptions = {},
): readonly Law[] {
  const subject = subjectOf(definition, options)
  const laws = [scores(subject), scoring(subject), restoring(subject), sameSeed(subject)]
  laws.push(memory(subject))
  if (options.scaleFree === true) laws.push(scaleFree(subject))
  return laws
}

/** Registers one test per law with vitest. Throws TST_RUNNER where vitest does not run. */
export function detectorLaws<P>(
  definition: DetectorDefinition<P>,
  options: DetectorLawsOptions = {},
): void {
  const about = { call: 'detectorLaws', instead: 'checkDetectorLaws' }
  registerLaws(`detector ${definition.name}`, listDetectorLaws(definition, options), about)
}

/** Proves all laws without a test runner. Rejects with TST_LAW at the first that is broken. */
export async function checkDetectorLaws<P>(
  definition: DetectorDefinition<P>,
  options: DetectorLawsOptions = {},
): Promise<void> {
  for (const law of listDetectorLaws(definition, options)) await law.check()
}

function subjectOf<P>(definition: DetectorDefinition<P>, options: DetectorLawsOptions): Subject {
  const parsed = tryParseParameters(definition, options.parameters ?? {})
  if ('problem' in parsed) throw new Error(shown(parsed.problem))
  const dimensions = options.dimensions ?? (definition.dimensions === 'one' ? 1 : 3)
  const scope = { dimensions, warmup: options.warmup ?? 20, seed: 7 }
  const make = (): Detector => definition.create(parsed.value, scope)
  const bytes = definition.bytes(parsed.value, scope)
  return { name: definition.name, options, dimensions, make, bytes }
}

/** Calm stretches, jumps, repetitions and extreme numbers. */
function series({ dimensions, options }: Subject): Arbitrary<Points> {
  const calm = fc.double({ min: -3, max: 3, noNaN: true })
  const value = fc.oneof(
    { weight: 20, arbitrary: calm },
    { weight: 4, arbitrary: fc.constantFrom(0, -0, 1, 5) },
    { weight: 2, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
    { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  )
  const point = fc.array(value, { minLength: dimensions, maxLength: dimensions })
  const stretch = fc
    .tuple(fc.array(point, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 10 }))
    .map(([points, times]) => Array.from({ length: times }, () => points).flat())
  const most = options.points ?? 200
  return fc.array(stretch, { maxLength: 12 }).map((stretches) => stretches.flat().slice(0, most))
}

const at = (index: number): number => 1_700_000_000_000 + index * 60_000

function run(detector: Detector, points: Points, from = 0): unknown[] {
  return points.map((point, index) => {
    const score = detector.update(Float64Array.from(point), at(from + index))
    return [score, structuredClone(detector.evidence)]
  })
}

function detectorLaw<T>(
  { name, options }: Subject,
  about: { readonly id: string; readonly title: string },
  cases: Arbitrary<T>,
  holds: (one: T) => void,
): Law {
  const part = `Detector "${name}"`
  return lawOver({ part, ...about }, options, cases, async (one) => holds(one))
}

function scores(subject: Subject): Law {
  const about = {
    id: 'scores',
    title: 'a score is finite and at least 0, or NaN while there is too little to tell',
  }
  return detectorLaw(subject, about, series(subject), (points) => {
    const detector = subject.make()
    for (const [index, point] of points.entries()) {
      const score = detector.update(Float64Array.from(point), at(index))
      demand(Number.isNaN(score) || (score >= 0 && Number.isFinite(score)), () => {
        return `Point ${index} scored ${score}.`
      })
    }
  })
}

function scoring(subject: Subject): Law {
  const about = {
    id: 'scoring',
    title: 'to score a point changes nothing, and update tells the same score before it learns',
  }
  return detectorLaw(subject, about, series(subject), (points) => {
    const asked = subject.make()
    const plain = subject.make()
    for (const [index, list] of points.entries()) {
      const point = Float64Array.from(list)
      const before = structuredClone(asked.snapshot())
      const score = asked.score(point, at(index))
      const evidence = structuredClone(asked.evidence)
      demand(isDeepStrictEqual(asked.snapshot(), before), () => {
        return `The snapshot changed when point ${index} was scored.`
      })
      const updated = asked.update(point, at(index))
      demand(Object.is(score, updated), () => {
        return `Point ${index} scored ${score}, then ${updated} by update.`
      })
      demand(isDeepStrictEqual(structuredClone(asked.evidence), evidence), () => {
        return `Point ${index} has the evidence ${shown(evidence)}, then ${shown(asked.evidence)} by update.`
      })
      const alone = plain.update(point, at(index))
      demand(Object.is(alone, updated), () => {
        return `Point ${index} scored ${updated}, and ${alone} where nothing was scored before.`
      })
    }
  })
}

function restoring(subject: Subject): Law {
  const about = {
    id: 'restoring',
    title: 'what goes on from a snapshot goes on as if nothing had been',
  }
  const cases = fc.tuple(series(subject), series(subject))
  return detectorLaw(subject, about, cases, ([first, second]) => {
    const whole = subject.make()
    run(whole, first)
    const data = whole.snapshot()
    const kept = structuredClone(data)
    const expected = run(whole, second, first.length)
    demand(isDeepStrictEqual(data, kept), () => 'A snapshot changed while the detector went on.')

    const restored = subject.make()
    restored.restore(kept)
    const got = run(restored, second, first.length)
    const differs = got.findIndex((one, index) => !isDeepStrictEqual(one, expected[index]))
    demand(differs < 0, () => {
      return `Restored after ${first.length} points, point ${differs} behind them gives ${shown(got[differs])} instead of ${shown(expected[differs])}.`
    })
    demand(isDeepStrictEqual(restored.snapshot(), whole.snapshot()), () => {
      return `Restored after ${first.length} points, it ends with another snapshot.`
    })
  })
}

function sameSeed(subject: Subject): Law {
  const about = { id: 'seed', title: 'the same points give the same under the same seed' }
  return detectorLaw(subject, about, series(subject), (points) => {
    const first = run(subject.make(), points)
    const second = run(subject.make(), points)
    demand(isDeepStrictEqual(first, second), () => {
      return `It gave ${shown(first)}, then ${shown(second)}.`
    })
  })
}

function memory(subject: Subject): Law {
  const about = { id: 'memory', title: 'a snapshot holds no more bytes than it says' }
  return detectorLaw(subject, about, series(subject), (points) => {
    const detector = subject.make()
    run(detector, points)
    const bytes = bytesOf(detector.snapshot())
    demand(bytes <= subject.bytes, () => {
      return `After ${points.length} points its snapshot holds ${bytes} bytes, over ${subject.bytes}.`
    })
  })
}

/** Numbers count as 8, characters as 2; names of fields and what holds it all together do not. */
function bytesOf(data: unknown): number {
  if (typeof data === 'number') return 8
  if (typeof data === 'string') return 2 * data.length
  if (ArrayBuffer.isView(data)) return data.byteLength
  if (data instanceof Map) return bytesOf([...data].flat())
  if (typeof data !== 'object' || data === null) return 1
  return Object.values(data).reduce<number>((sum, value) => sum + bytesOf(value), 0)
}

function scaleFree(subject: Subject): Law {
  const about = { id: 'scale', title: 'what is scaled and shifted is as strange as before' }
  const value = fc.integer({ min: -40, max: 40 })
  const point = fc.array(value, { minLength: subject.dimensions, maxLength: subject.dimensions })
  const cases = fc.tuple(
    fc.array(point, { maxLength: subject.options.points ?? 200 }),
    fc.constantFrom(0.25, 2, 1024),
    fc.integer({ min: -64, max: 64 }),
  )
  return detectorLaw(subject, about, cases, ([points, factor, shift]) => {
    const plain = subject.make()
    const scaled = subject.make()
    for (const [index, list] of points.entries()) {
      const a = plain.update(Float64Array.from(list), at(index))
      const b = scaled.update(
        Float64Array.from(list, (x) => factor * x + shift),
        at(index),
      )
      const near = Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a))
      demand(near, () => `Point ${index} scored ${a}, and ${b} as ${factor} x + ${shift}.`)
    }
  })
}
