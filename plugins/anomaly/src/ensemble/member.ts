import type { Detector, DetectorDefinition, DetectorScope } from '@millrace/sdk'
import { RankScale, type RankScaleData, type RankScaleOptions } from '../judge/rank-scale.ts'

/** A detector with parameters it has taken. */
export interface MemberChoice {
  readonly definition: DetectorDefinition
  readonly parameters: unknown
}

interface MemberData {
  readonly detector: unknown
  readonly scale: RankScaleData
  readonly told: number
  readonly spoken: number
}

/** With so many scores the next one is compared: fewer forget what was strange, more cost memory. */
const length = 3500
/**
 * One that says nothing of most points, as a rule does, is believed from the start as if it had said nothing of so many points before:
 * its first word is no less rare for coming early.
 */
const silent = 1000
/** What a rule, silent about most points, calls a surprise counts up to this: one in a thousand. */
const believed = 3

/** A detector of an ensemble, and how rare its scores are among those of its past. */
export class Member {
  readonly name: string
  readonly detector: Detector
  /** Of the point scored last: -log10 of the share of scores that were as large; NaN while it cannot tell. */
  surprise = Number.NaN
  /** Whether it had scored most points 0 before that one. */
  isSilent = false
  readonly #scale: RankScale
  readonly #isRanked: boolean
  /** Of the last points, those that it scored, and those above 0. */
  #told = 0
  #spoken = 0

  constructor({ definition, parameters }: MemberChoice, scope: DetectorScope) {
    this.name = definition.name
    this.detector = definition.create(parameters, scope)
    this.#scale = new RankScale(scaleOf(definition))
    this.#isRanked = definition.surprises === true
  }

  /** At most so many bytes has a snapshot. */
  static bytes({ definition, parameters }: MemberChoice, scope: DetectorScope): number {
    return definition.bytes(parameters, scope) + RankScale.bytes(scaleOf(definition)) + 16
  }

  score(point: Float64Array, time: number): void {
    this.#look(this.detector.score(point, time))
  }

  update(point: Float64Array, time: number): void {
    const raw = this.detector.update(point, time)
    this.#look(raw)
    if (Number.isNaN(raw)) return
    this.#scale.add(raw)
    if (this.#told < length) this.#told++
    else this.#spoken -= this.#spoken / length
    if (raw > 0) this.#spoken++
  }

  snapshot(): MemberData {
    return {
      detector: this.detector.snapshot(),
      scale: this.#scale.snapshot(),
      told: this.#told,
      spoken: this.#spoken,
    }
  }

  restore({ detector, scale, told, spoken }: MemberData): void {
    this.detector.restore(detector)
    this.#scale.restore(scale)
    this.#told = told
    this.#spoken = spoken
  }

  #look(raw: number): void {
    const told = this.#told
    this.isSilent = 2 * (this.#spoken + 1) < told + 1
    const surprise = this.#scale.surprise(raw)
    if (this.#isRanked) {
      this.surprise = this.isSilent ? Math.min(surprise, believed) : surprise
      return
    }
    const isEarly = this.isSilent && raw !== 0
    this.surprise = isEarly ? surprise + Math.log10((told + 1 + silent) / (told + 1)) : surprise
  }
}

/** A detector whose scores are surprises needs no ranks. */
const scaleOf = ({ surprises = false }: DetectorDefinition): RankScaleOptions => ({
  length,
  ranked: surprises,
})
