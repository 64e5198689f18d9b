import type { Detector, DetectorDefinition, DetectorScope } from '@millrace/sdk'
import { RankScale, type RankScaleData } from '../judge/rank-scale.ts'

/** A detector with parameters it has taken. */
export interface MemberChoice {
  readonly definition: DetectorDefinition
  readonly parameters: unknown
}

interface MemberData {
  readonly detector: unknown
  readonly scale: RankScaleData
}

/** With so many scores the next one is compared: fewer forget what was strange, more cost memory. */
const scale = { length: 3500 }
/**
 * One that says nothing of most points, as a rule does, is believed from the start as if it had said nothing of so many points before:
 * its first word is no less rare for coming early.
 */
const silent = 1000
/** Less than any score but 0. */
const least = 1e-40

/** A detector of an ensemble, and how rare its scores are among those of its past. */
export class Member {
  readonly name: string
  readonly detector: Detector
  /** Of the point scored last: -log10 of the share of scores that were as large; NaN while it cannot tell. */
  surprise = Number.NaN
  readonly #scale = new RankScale(scale)

  constructor({ definition, parameters }: MemberChoice, scope: DetectorScope) {
    this.name = definition.name
    this.detector = definition.create(parameters, scope)
  }

  /** At most so many bytes has a snapshot. */
  static bytes({ definition, parameters }: MemberChoice, scope: DetectorScope): number {
    return definition.bytes(parameters, scope) + RankScale.bytes(scale)
  }

  score(point: Float64Array, time: number): void {
    this.surprise = this.#surpriseOf(this.detector.score(point, time))
  }

  update(point: Float64Array, time: number): void {
    const raw = this.detector.update(point, time)
    this.surprise = this.#surpriseOf(raw)
    this.#scale.add(raw)
  }

  snapshot(): MemberData {
    return { detector: this.detector.snapshot(), scale: this.#scale.snapshot() }
  }

  restore(data: MemberData): void {
    this.detector.restore(data.detector)
    this.#scale.restore(data.scale)
  }

  #surpriseOf(raw: number): number {
    const scale = this.#scale
    const surprise = scale.surprise(raw)
    const { size } = scale
    if (raw === 0 || size === 0) return surprise
    const isSilent = scale.surprise(least) > Math.log10(2)
    return isSilent ? surprise + Math.log10((size + 1 + silent) / (size + 1)) : surprise
  }
}
