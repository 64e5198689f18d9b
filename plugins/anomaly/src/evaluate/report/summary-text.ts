import { counted } from '../../counted.ts'
import { type NabOutcome, type NabProfile, profileNames } from '../nab/nab-score.ts'
import type { Setting } from '../run/score-series.ts'
import type { FileFigures, NabFigures, Summary } from '../run/summarize.ts'
import { alignColumns, grouped, thresholdText } from './columns.ts'

/** What was run, for the first line. */
export interface Head {
  readonly detector: string
  readonly setting: Setting
}

/** What people call the profiles. */
export const profileTitles: Readonly<Record<NabProfile, string>> = {
  standard: 'standard',
  rewardLowFpRate: 'reward low FP rate',
  rewardLowFnRate: 'reward low FN rate',
}

const NAMES_SHOWN = 5

/** What an evaluation came to, for people. `bold` marks headings. */
export function summaryText(
  { detector, setting }: Head,
  summary: Summary,
  bold: (text: string) => string,
): string {
  const { nab, ranked, nanos, bytes, perFile } = summary
  const head = `${bold(detector)}, ${modeText(setting)}: ${grouped(summary.files)} series, ${counted(summary.rows, 'point')}`
  const sections = [
    [head, ...gapLines(summary)],
    nab === undefined
      ? [`No labels to compare with; ${counted(summary.alerts, 'alert')}.`]
      : nabLines(nab),
    ranked === undefined
      ? []
      : [
          `without a threshold: AUC-PR ${ranked.aucPr.toFixed(3)}, VUS-PR ${ranked.vusPr.toFixed(3)}, best F1 ${ranked.bestF1.toFixed(3)}, ` +
            `located by the highest score ${(100 * ranked.located).toFixed(1)} % of ${ranked.series} series`,
        ],
    [
      `latency: p50 ${grouped(nanos.p50)} ns, p99 ${grouped(nanos.p99)} ns, mean ${grouped(nanos.mean)} ns a point`,
      `memory: ${counted(bytes, 'byte')} a key, the largest snapshot`,
    ],
    fileLines(perFile),
    summary.unlabelled.length === 0 ? [] : [`without labels: ${summary.unlabelled.join(', ')}`],
  ]
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  return `${texts.join('\n\n')}\n`
}

/** How a detector was run, in a few words. */
export function modeText({ mode, warmup, refractory, maskAt, score }: Setting): string {
  const known =
    mode === 'causal' ? `causal, warm-up ${warmup}` : "informed, NAB's warm-up and range"
  const from = maskAt === undefined ? '' : ` from ${maskAt}`
  return [
    known,
    ...(score === 'rank' ? [] : [`${score} as score`]),
    ...(refractory === 0 ? [] : [`refractory ${refractory}${from}`]),
  ].join(', ')
}

/** What was judged together, what was not, or could not become an alert. */
function gapLines({ fields, leftOut, rows, short, unjudged }: Summary): readonly string[] {
  const share = ((100 * unjudged) / Math.max(rows, 1)).toFixed(1)
  return [
    ...(fields.length === 0 ? [] : [`judged together: ${namesOf(fields)}`]),
    ...(leftOut.length === 0
      ? []
      : [`not judged, since they hold no numbers: ${namesOf(leftOut)}`]),
    ...(unjudged === 0
      ? []
      : [`not judged, since a number is missing: ${counted(unjudged, 'point')} (${share} %)`]),
    ...(short.length === 0
      ? []
      : [`no longer than the warm-up, so without alerts: ${namesOf(short)}; see --warmup`]),
  ]
}

/** The first names, and how many there are more. */
function namesOf(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

function nabLines({ tuned, heldOut, alerts, fixed }: NabFigures): readonly string[] {
  const found = ({ found, missed }: NabOutcome): string => `${found}/${found + missed}`
  const rows = profileNames.map((name) => [
    profileTitles[name],
    tuned[name].score.toFixed(2),
    ...(heldOut === undefined ? [] : [heldOut[name].score.toFixed(2)]),
    thresholdText(tuned[name].threshold),
    found(tuned[name]),
    grouped(tuned[name].falseRows),
    ...(fixed === undefined ? [] : [fixed[name].score.toFixed(2)]),
  ])
  const titles = [
    'NAB',
    'tuned',
    ...(heldOut === undefined ? [] : ['held out']),
    'threshold',
    'windows',
    'false rows',
    ...(fixed === undefined ? [] : [`at ${thresholdText(fixed.standard.threshold)}`]),
  ]
  const { standard } = alerts
  return [
    ...alignColumns([titles, ...rows]),
    `its own alerts: standard ${standard.score.toFixed(2)}, windows ${found(standard)}, false ${grouped(standard.falseRows)}`,
  ]
}

function fileLines(files: readonly FileFigures[]): readonly string[] {
  if (files.length === 0) return []
  const rows = files.map(({ name, lost, standard, ranked, rows }) => [
    name,
    lost.toFixed(2),
    `${standard.found}/${standard.found + standard.missed}`,
    grouped(standard.falseRows),
    ranked === undefined ? '' : ranked.aucPr.toFixed(3),
    ranked === undefined ? '' : ranked.located ? 'yes' : 'no',
    grouped(rows),
  ])
  const titles = [
    'series, worst first',
    'lost',
    'windows',
    'false rows',
    'AUC-PR',
    'located',
    'points',
  ]
  return alignColumns([titles, ...rows])
}
