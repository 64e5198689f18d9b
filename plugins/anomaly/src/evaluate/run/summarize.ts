import { rankedMeasures, type RankedMeasures } from '../measure/ranked-measures.ts'
import { nabFile, type NabFile } from '../nab/nab-file.ts'
import {
  holdOutNab,
  type NabOutcome,
  type NabOutcomes,
  rankRows,
  scoreNab,
  tuneNab,
} from '../nab/nab-score.ts'
import type { CorpusRun } from './apply-refractory.ts'
import type { Scored } from './score-series.ts'

/** NAB's figures of a corpus. */
export interface NabFigures {
  /** One threshold for all, the best that there is. */
  readonly tuned: NabOutcomes
  /** Of each group with the threshold that is best for the others; undefined where there is one group only. */
  readonly heldOut: NabOutcomes | undefined
  /** With the judge's own alerts as what is flagged. */
  readonly alerts: NabOutcomes
  /** At the threshold that was asked for. */
  readonly fixed: NabOutcomes | undefined
}

/** A series in the table. */
export interface FileFigures {
  readonly name: string
  readonly rows: number
  /** Threshold of the standard profile. */
  readonly threshold: number
  readonly standard: NabOutcome
  /** What it lacks to having found all windows at once, in windows. */
  readonly lost: number
  readonly ranked: RankedMeasures | undefined
}

/** What an evaluation comes to. */
export interface Summary {
  readonly files: number
  readonly rows: number
  /** What was judged together, where it is more than one number; and columns that were not, since they hold no numbers. */
  readonly fields: readonly string[]
  readonly leftOut: readonly string[]
  /** How many of them were not judged, since a number was missing. */
  readonly unjudged: number
  /** Series with no point behind the warm-up, in which there can be no alert. */
  readonly short: readonly string[]
  /** How many the judge made. */
  readonly alerts: number
  /** The threshold that was asked for. */
  readonly threshold: number | undefined
  /** Files that labels know nothing of; they are in none of the figures about labels. */
  readonly unlabelled: readonly string[]
  /** Undefined without labels. */
  readonly nab: NabFigures | undefined
  /** Means over the series with something labelled past probation. */
  readonly ranked:
    | {
        readonly series: number
        readonly aucPr: number
        readonly vusPr: number
        readonly bestF1: number
        readonly located: number
      }
    | undefined
  /** What one point took, in ns: half and all but a hundredth took less. */
  readonly nanos: { readonly p50: number; readonly p99: number; readonly mean: number }
  /** Largest snapshot of one series with its scale, in bytes. */
  readonly bytes: number
  /** Worst first. */
  readonly perFile: readonly FileFigures[]
}

export interface SummaryOptions {
  /** Also look at this threshold. */
  readonly threshold?: number | undefined
  /** Each file is shown at the threshold that is best for the other groups. */
  readonly holdout: boolean
}

/** What NAB's rules look at: the series with labels. */
export const filesOf = (all: readonly Scored[]): readonly NabFile[] =>
  all.flatMap(({ series, heard }) =>
    series.windows === undefined ? [] : nabFile(series.name, series.group, heard, series.windows),
  )

/** Adds up what a detector made of a corpus. */
export function summarize(run: CorpusRun, options: SummaryOptions): Summary {
  const { all } = run
  const labelled = all.filter(({ series }) => series.windows !== undefined)
  const files = filesOf(labelled)
  const alerts = labelled.map(({ series, alerts }) =>
    nabFile(series.name, series.group, Float64Array.from(alerts), series.windows ?? []),
  )
  const ranking = rankRows(files)
  const tuned = run.tuned ?? tuneNab(ranking)
  const groups = new Set(files.map((file) => file.group))
  const held = groups.size > 1 ? holdOutNab(ranking) : undefined
  const thresholdOf = (file: NabFile): number =>
    options.threshold ??
    (options.holdout ? held?.thresholds.get(file.group)?.standard : undefined) ??
    tuned.standard.threshold ??
    Infinity
  const perFile = files.map((file, index) => {
    const { scores } = labelled[index] as Scored
    const ranked = rankedMeasures(scores, file.windows, file.probation)
    return figuresOf(file, thresholdOf(file), ranked)
  })
  const fixed = options.threshold === undefined ? undefined : scoreNab(files, options.threshold)
  return {
    files: all.length,
    rows: all.reduce((sum, { scores }) => sum + scores.length, 0),
    fields: unionOf(all.map(({ series: { fields } }) => (fields.length > 1 ? fields : []))),
    leftOut: unionOf(all.map(({ series }) => series.leftOut ?? [])),
    unjudged: all.reduce((sum, { scores, judged }) => sum + scores.length - judged, 0),
    short: all.filter(({ judged, warmup }) => judged <= warmup).map(({ series }) => series.name),
    alerts: all.reduce((sum, { alerts }) => sum + alerts.reduce((count, one) => count + one, 0), 0),
    threshold: options.threshold,
    unlabelled: all
      .filter(({ series }) => series.windows === undefined)
      .map(({ series }) => series.name),
    nab:
      labelled.length === 0
        ? undefined
        : { tuned, heldOut: run.heldOut ?? held?.outcomes, alerts: scoreNab(alerts, 1), fixed },
    ranked: meansOf(perFile.flatMap(({ ranked }) => ranked ?? [])),
    nanos: latencyOf(all),
    bytes: Math.max(...all.map(({ bytes }) => bytes)),
    perFile: perFile.toSorted((a, b) => b.lost - a.lost || (a.name < b.name ? -1 : 1)),
  }
}

const unionOf = (lists: readonly (readonly string[])[]): readonly string[] => [
  ...new Set(lists.flat()),
]

function figuresOf(
  file: NabFile,
  threshold: number,
  ranked: RankedMeasures | undefined,
): FileFigures {
  const { standard } = scoreNab([file], threshold)
  const lost = file.windows.length - standard.raw
  return { name: file.name, rows: file.scores.length, threshold, standard, lost, ranked }
}

function meansOf(measures: readonly RankedMeasures[]): Summary['ranked'] {
  const series = measures.length
  if (series === 0) return undefined
  const mean = (of: (one: RankedMeasures) => number): number =>
    measures.reduce((sum, one) => sum + of(one), 0) / series
  return {
    series,
    aucPr: mean((one) => one.aucPr),
    vusPr: mean((one) => one.vusPr),
    bestF1: mean((one) => one.bestF1),
    located: mean((one) => (one.located ? 1 : 0)),
  }
}

function latencyOf(all: readonly Scored[]): Summary['nanos'] {
  const total = all.reduce((sum, { nanos }) => sum + nanos.length, 0)
  const nanos = new Float64Array(total)
  let end = 0
  for (const scored of all) {
    nanos.set(scored.nanos, end)
    end += scored.nanos.length
  }
  nanos.sort()
  const at = (share: number): number => nanos[Math.min(total - 1, Math.floor(share * total))] ?? 0
  return {
    p50: at(0.5),
    p99: at(0.99),
    mean: nanos.reduce((sum, one) => sum + one, 0) / Math.max(1, total),
  }
}
