import type { Summary } from '../run/summarize.ts'
import { alignColumns, grouped } from './columns.ts'

/** A run of a detector among others. */
export interface Run {
  /** The detector, or its parameters. */
  readonly title: string
  readonly summary: Summary
}

/** A line for each run: NAB's profiles, what needs no threshold, and the price. */
export function runsTable(runs: readonly Run[], first: string): string {
  const hasNab = runs.some(({ summary }) => summary.nab !== undefined)
  const hasHeld = runs.some(({ summary }) => summary.nab?.heldOut !== undefined)
  const titles = [
    first,
    ...(hasNab ? ['standard'] : []),
    ...(hasHeld ? ['held out'] : []),
    ...(hasNab
      ? ['low FP', 'low FN', 'windows', 'false rows', 'AUC-PR', 'VUS-PR', 'best F1', 'located']
      : []),
    'p50 ns',
    'p99 ns',
    'bytes',
  ]
  const rows = runs.map(({ title, summary: { nab, ranked, nanos, bytes } }) => [
    title,
    ...(nab === undefined ? [] : [nab.tuned.standard.score.toFixed(2)]),
    ...(hasHeld ? [nab?.heldOut?.standard.score.toFixed(2) ?? ''] : []),
    ...(nab === undefined
      ? []
      : [
          nab.tuned.rewardLowFpRate.score.toFixed(2),
          nab.tuned.rewardLowFnRate.score.toFixed(2),
          `${nab.tuned.standard.found}/${nab.tuned.standard.found + nab.tuned.standard.missed}`,
          grouped(nab.tuned.standard.falseRows),
          ranked?.aucPr.toFixed(3) ?? '',
          ranked?.vusPr.toFixed(3) ?? '',
          ranked?.bestF1.toFixed(3) ?? '',
          ranked === undefined ? '' : `${(100 * ranked.located).toFixed(1)} %`,
        ]),
    grouped(nanos.p50),
    grouped(nanos.p99),
    grouped(bytes),
  ])
  return `${alignColumns([titles, ...rows]).join('\n')}\n`
}

/** What each run lacks in each series, in windows; where the best of them lacks most stands first. */
export function lossTable(runs: readonly Run[]): string {
  const lost = new Map<string, number[]>()
  runs.forEach(({ summary }, index) => {
    for (const file of summary.perFile) {
      const row = lost.get(file.name) ?? []
      row[index] = file.lost
      lost.set(file.name, row)
    }
  })
  if (lost.size === 0) return ''
  const rows = [...lost].toSorted((a, b) => Math.min(...b[1]) - Math.min(...a[1]))
  const titles = ['lost in windows', ...runs.map(({ title }) => title)]
  const texts = rows.map(([name, row]) => [name, ...row.map((value) => value.toFixed(2))])
  return `${alignColumns([titles, ...texts]).join('\n')}\n`
}
