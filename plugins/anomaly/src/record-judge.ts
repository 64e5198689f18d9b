import { setField } from '@millrace/base'
import type { EvaluationContext, Scope } from '@millrace/expression'
import type { ObjectState, StateScope } from '@millrace/sdk'
import { type Annotation, annotationOf, unjudged } from './annotation.ts'
import { type AnomalyParameters, textsOf } from './anomaly-parameters.ts'
import { ANOMALY_FEEDBACK, ANOMALY_NO_OBJECT } from './errors.ts'
import { fillLast, type Missing } from './fill-last.ts'
import type { Judge, PointJudge } from './judge/judge.ts'
import type { JudgePlan } from './judge-plan.ts'
import { PointReader } from './point-reader.ts'

/** What is kept of a key. */
interface Kept<J extends PointJudge> {
  readonly judge: J
  /** The last number of each expression, NaN for none. */
  readonly last: Float64Array
  /** Largest event time of its records, epoch ms. */
  latest: number
}

/** The same as plain data. */
interface KeptData {
  readonly judge: unknown
  /** What has learnt it: another one begins anew. */
  readonly learner: string
  /** The parameter, as a text. */
  readonly threshold: string
  readonly last: Float64Array
  readonly latest: number
}

/** Judges records, each by what came before it under its key. */
export class RecordJudge<J extends PointJudge = Judge> {
  readonly #as: string
  readonly #missing: Missing
  readonly #names: readonly string[]
  readonly #reader: PointReader
  readonly #kept: ObjectState<Kept<J>>
  /** Whether the record that was taken last is an alert. */
  isAlert = false

  constructor(
    parameters: AnomalyParameters,
    plan: Pick<JudgePlan<J>, 'create' | 'definition' | 'scope'>,
    expressions: Scope,
    state: Pick<StateScope, 'object'>,
  ) {
    this.#as = parameters.as
    this.#missing = parameters.missing
    this.#names = textsOf(parameters)
    this.#reader = new PointReader(this.#names, expressions)
    this.#kept = keptIn(state, parameters, plan)
  }

  /** The record with what was found of it. Throws of that record: EXP_*, ANOMALY_*; then nothing was learnt of it. */
  take(record: unknown, at: EvaluationContext): Record<string, unknown> {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw ANOMALY_NO_OBJECT({ as: this.#as, got: nameOf(record) })
    }
    // All that can throw comes first: what was learnt cannot be taken back.
    const missing = this.#reader.read(record, at)
    const result: Record<string, unknown> = { ...record }
    const annotation = this.#judge(missing, at.timestamp)
    this.isAlert = annotation.alert
    setField(result, this.#as, annotation)
    return result
  }

  /** The judge of the key in hand, and the point that it will be given of this record; undefined: none. Throws as `take` does. */
  ready(
    record: unknown,
    at: EvaluationContext,
  ): { readonly judge: J; readonly point: Float64Array } | undefined {
    const missing = this.#reader.read(record, at)
    const { point } = this.#reader
    if (missing > 0 && this.#missing === 'skip') return undefined
    const { judge, last } = this.#kept.get()
    return fillLast(point, last, missing, this.#missing) ? { judge, point } : undefined
  }

  #judge(missing: number, time: number): Annotation {
    const { point } = this.#reader
    const names = this.#names
    const absent = missing === 0 ? undefined : names.filter((_, at) => Number.isNaN(point[at]))
    const kept = this.#kept.get()
    if (!fillLast(point, kept.last, missing, this.#missing)) {
      this.#letGo(kept)
      return unjudged(absent ?? [], kept.judge.isWarming)
    }
    const isLate = time < kept.latest
    const annotation = annotationOf(kept.judge.judge(point, time, !isLate), names)
    if (absent !== undefined) annotation.missing = absent
    if (isLate) {
      // Who hears of it late cannot be sure that it is the first alert of its stretch.
      annotation.alert = false
      annotation.late = true
    } else {
      kept.latest = time
      if (this.#missing !== 'skip') kept.last.set(point)
    }
    return annotation
  }

  /** Takes a record of feedback: what became of it, as a reason. Throws of that record: ANOMALY_FEEDBACK. */
  pardon(record: unknown): string {
    const found = readField(record, this.#as)
    const time = readField(found, 'time')
    if (typeof time !== 'number') {
      throw ANOMALY_FEEDBACK({ problem: `"${this.#as}.time" is ${nameOf(time)}` })
    }
    const kept = this.#kept.get()
    if (kept.judge.pardon(time)) return 'pardoned'
    this.#letGo(kept)
    return 'no such alert'
  }

  /** Forgets a key that has no judged record yet. */
  #letGo({ latest }: Kept<J>): void {
    if (latest === -Infinity) this.#kept.clear()
  }
}

/** Of the form of the data, without that of the detector. */
const VERSION = 2

function keptIn<J extends PointJudge>(
  state: Pick<StateScope, 'object'>,
  parameters: AnomalyParameters,
  { create: createJudge, definition, scope }: Pick<JudgePlan<J>, 'create' | 'definition' | 'scope'>,
): ObjectState<Kept<J>> {
  const threshold = JSON.stringify(parameters.threshold)
  const learner = learnerOf(parameters, definition.name)
  const create = (): Kept<J> => ({
    judge: createJudge(),
    last: new Float64Array(scope.dimensions).fill(Number.NaN),
    latest: -Infinity,
  })
  return state.object<Kept<J>>('judges', {
    version: VERSION * 1000 + (definition.version ?? 1),
    create,
    snapshot: ({ judge, last, latest }): KeptData => {
      return { judge: judge.snapshot(), learner, threshold, last: last.slice(), latest }
    },
    restore: (data) => {
      const { judge, last, latest, learner: by, threshold: was } = data as KeptData
      const kept = create()
      if (by === learner) kept.judge.restore(judge, was === threshold)
      kept.last.set(last)
      kept.latest = latest
      return kept
    },
  })
}

/** What learns: the detector, whether drift is heard, and what a model is asked for. */
function learnerOf({ drift, model }: AnomalyParameters, detector: string): string {
  const { gives, scale, window } = model ?? {}
  return JSON.stringify([detector, drift !== undefined, gives, scale, window])
}

function readField(record: unknown, name: string): unknown {
  const isObject = typeof record === 'object' && record !== null
  return isObject && Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : null
}

function nameOf(record: unknown): string {
  if (record === null) return 'null'
  return Array.isArray(record) ? 'a list' : `a ${typeof record}`
}
