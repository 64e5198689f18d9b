import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Rows } from '../data/series.ts'
import type { Scored } from './score-series.ts'

/**
 * Writes the scores of a series as NAB does: `DETECTOR/GROUP/DETECTOR_FILE.csv` below the folder, with timestamp, value,
 * anomaly_score and label; of several dimensions each value has its own column. Makes folders as needed.
 */
export function writeResults(folder: string, detector: string, scored: Scored): void {
  const { series, heard } = scored
  const name = series.name.replace(/\.(?:csv|jsonl|ndjson)(?=#|$)/, '').replace('#', '_')
  const file = join(
    folder,
    detector,
    dirname(name),
    `${detector}_${encodeURIComponent(basename(name))}.csv`,
  )
  const columns = series.fields.length === 1 ? ['value'] : series.fields
  const lines = [`timestamp,${columns.map(quoted).join(',')},anomaly_score,label`]
  const { length } = series.fields
  const labels = labelsOf(heard.length, series.windows ?? [])
  heard.forEach((score, row) => {
    const values = series.values.slice(row * length, (row + 1) * length)
    const texts = Array.from(values, (value) => (Number.isNaN(value) ? '' : String(value)))
    lines.push(`${quoted(series.stamps[row] as string)},${texts.join(',')},${score},${labels[row]}`)
  })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${lines.join('\n')}\n`)
}

const quoted = (text: string): string =>
  /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** 1 in a labelled stretch, else 0. */
function labelsOf(length: number, windows: readonly Rows[]): Uint8Array {
  const labels = new Uint8Array(length)
  for (const [first, last] of windows) labels.fill(1, first, last + 1)
  return labels
}
