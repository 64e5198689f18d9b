import { lengthOf, probationOf } from '../data/series.ts'
import { ANOMALY_USAGE } from '../errors.ts'
import { countsAt, type MaskedCurve, maskedCurve, tuneMasked } from '../nab/masked-curve.ts'
import { nabFile } from '../nab/nab-file.ts'
import { addCounts, eachProfile, type NabOutcomes, outcomeOf } from '../nab/nab-score.ts'
import { silence } from '../nab/refractory.ts'
import type { Scored, Setting } from './score-series.ts'

/** What a detector made of a corpus. */
export interface CorpusRun {
  readonly all: readonly Scored[]
  /** NAB's figures where the level that silences is tuned with each threshold: silenced scores tell them of one level only. */
  readonly tuned?: NabOutcomes | undefined
  readonly heldOut?: NabOutcomes | undefined
}

/** Silences what the refractory period says. Throws ANOMALY_USAGE where labels are needed and there are none. */
export function applyRefractory(all: readonly Scored[], setting: Setting): CorpusRun {
  const { maskAt } = setting
  const spanOf = ({ warmup }: Scored): number =>
    Math.round(setting.refractory < 1 ? setting.refractory * warmup : setting.refractory)
  if (maskAt !== 'tuned') return { all: all.map((one) => silenced(one, spanOf(one), maskAt)) }
  const curves = all.flatMap((one) => {
    const { name, group, windows } = one.series
    const span = Math.max(1, spanOf(one))
    return windows === undefined ? [] : maskedCurve(nabFile(name, group, one.scores, windows), span)
  })
  if (curves.length === 0) {
    throw ANOMALY_USAGE({ problem: '--mask-at tuned needs labels, and there are none' })
  }
  const files = curves.map(({ file }) => file)
  const levels = eachProfile((profile) => tuneMasked(curves, profile))
  const tuned = eachProfile((profile) => {
    const counts = curves.map((curve) => countsAt(curve, levels[profile]))
    return outcomeOf(profile, files, levels[profile], counts.reduce(addCounts))
  })
  return {
    all: all.map((one) => silenced(one, Math.max(1, spanOf(one)), levels.standard)),
    tuned,
    heldOut: heldOutOf(curves),
  }
}

function silenced(scored: Scored, span: number, level: number | undefined): Scored {
  if (span === 0) return scored
  const heard = Float64Array.from(scored.scores)
  silence(heard.subarray(probationOf(lengthOf(scored.series))), span, level)
  return { ...scored, heard }
}

function heldOutOf(curves: readonly MaskedCurve[]): NabOutcomes | undefined {
  const groups = [...new Set(curves.map(({ file }) => file.group))]
  if (groups.length === 1) return undefined
  const files = curves.map(({ file }) => file)
  return eachProfile((profile) => {
    const counts = groups.flatMap((group) => {
      const others = curves.filter(({ file }) => file.group !== group)
      const level = tuneMasked(others, profile)
      return curves.filter(({ file }) => file.group === group).map((one) => countsAt(one, level))
    })
    return outcomeOf(profile, files, undefined, counts.reduce(addCounts))
  })
}
