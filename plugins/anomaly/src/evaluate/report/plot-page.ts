import { counted } from '../../counted.ts'
import { probationOf } from '../data/series.ts'
import { type NabProfile, profileNames } from '../nab/nab-score.ts'
import type { Scored } from '../run/score-series.ts'
import { type FileFigures, filesOf, type Summary } from '../run/summarize.ts'
import { curveOf } from '../nab/threshold-curve.ts'
import { curveSvg } from './curve-svg.ts'
import { grouped, thresholdText } from './columns.ts'
import { plotScript } from './plot-script.ts'
import { hues, plotStyle } from './plot-style.ts'
import { type Head, modeText, profileTitles } from './summary-text.ts'

/** A page with a table of all series and a chart of each: one file, nothing is loaded from elsewhere. */
export function plotPage(head: Head, summary: Summary, all: readonly Scored[]): string {
  const figures = new Map(summary.perFile.map((file) => [file.name, file]))
  const order = new Map(summary.perFile.map((file, index) => [file.name, index]))
  const sorted = all.toSorted(
    (a, b) => (order.get(a.series.name) ?? Infinity) - (order.get(b.series.name) ?? Infinity),
  )
  const sections = sorted.map((scored, index) => {
    const file = figures.get(scored.series.name)
    return sectionOf(scored, file, file?.threshold ?? summary.threshold, index)
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(head.detector)} on ${grouped(summary.files)} series</title>
<style>${plotStyle}</style>
<h1>${escaped(head.detector)}</h1>
<p class="soft">${escaped(modeText(head.setting))}; ${grouped(summary.files)} series, ${counted(summary.rows, 'point')}</p>
${profilesTable(summary)}
${curveSvg(curveOf(filesOf(all)))}
<p class="key">Above the <i style="background:var(--value)"></i>values and <i style="background:var(--band)"></i>what was expected;
below <i style="background:var(--score)"></i>how rare the score is and <i style="background:var(--bar)"></i>the threshold.
<i style="background:var(--hit)"></i>labelled and found, <i style="background:var(--miss)"></i>labelled and missed, or a false
alarm, <i style="background:var(--line)"></i>not scored.</p>
<p class="soft">Drag to zoom, Ctrl or Shift with the wheel too; a double click shows all.</p>
${indexTable(summary.perFile, sorted)}
${sections.join('\n')}
<script>const hues = ${JSON.stringify(hues)}
${plotScript}</script>
</html>
`
}

function profilesTable({ nab, ranked }: Summary): string {
  const means =
    ranked === undefined
      ? ''
      : `<p>Without a threshold: AUC-PR ${ranked.aucPr.toFixed(3)}, VUS-PR ${ranked.vusPr.toFixed(3)}, best F1 ${ranked.bestF1.toFixed(3)}, located by the highest score ${(100 * ranked.located).toFixed(1)} %</p>`
  if (nab === undefined) return means
  const row = (name: NabProfile): string => {
    const { score, threshold, found, missed, falseRows } = nab.tuned[name]
    const held = nab.heldOut?.[name].score.toFixed(2)
    return cells([
      profileTitles[name],
      score.toFixed(2),
      ...(held === undefined ? [] : [held]),
      thresholdText(threshold),
      `${found}/${found + missed}`,
      grouped(falseRows),
    ])
  }
  return `<table><tr><th>NAB<th>tuned${nab.heldOut === undefined ? '' : '<th>held out'}<th>threshold<th>windows<th>false rows</tr>
${profileNames.map(row).join('\n')}</table>${means}`
}

function indexTable(files: readonly FileFigures[], sorted: readonly Scored[]): string {
  if (files.length === 0) return ''
  const rows = files.map(({ name, lost, standard, ranked, rows }) => {
    const index = sorted.findIndex((scored) => scored.series.name === name)
    const link = `<a href="#s${index}">${escaped(name)}</a>`
    return `<tr><td>${link}${cells([
      lost.toFixed(2),
      `${standard.found}/${standard.found + standard.missed}`,
      grouped(standard.falseRows),
      ranked?.aucPr.toFixed(3) ?? '',
      ranked === undefined ? '' : ranked.located ? 'yes' : 'no',
      grouped(rows),
    ]).slice('<tr>'.length)}`
  })
  return `<table><tr><th>series, worst first<th>lost<th>windows<th>false rows<th>AUC-PR<th>located<th>points</tr>
${rows.join('\n')}</table>`
}

const cells = (texts: readonly string[]): string =>
  `<tr>${texts.map((text) => `<td>${escaped(text)}`).join('')}</tr>`

function sectionOf(
  scored: Scored,
  file: FileFigures | undefined,
  threshold: number | undefined,
  index: number,
): string {
  const { series } = scored
  const data = JSON.stringify(chartOf(scored, threshold)).replaceAll('<', '\\u003c')
  const said =
    file === undefined
      ? ''
      : `windows ${file.standard.found}/${file.standard.found + file.standard.missed}, ${counted(file.standard.falseRows, 'false row')}, lost ${file.lost.toFixed(2)}`
  return `<section id="s${index}"><header><h2>${escaped(series.name)}</h2>${fieldsOf(series.fields)}<span class="soft">${said} <button>all</button></span></header>
<canvas></canvas><p class="at soft"></p><script type="application/json">${data}</script></section>`
}

/** The fields in the colors of their lines, where there are several. */
function fieldsOf(fields: readonly string[]): string {
  if (fields.length === 1) return ''
  const names = fields.map(
    (name, index) => `<span style="color:${hues[index % hues.length]}">${escaped(name)}</span>`,
  )
  return `<span>${names.join(' ')}</span>`
}

/** What a chart is drawn of. Numbers are 32 bits in base64; empty where there is nothing. */
function chartOf(scored: Scored, threshold: number | undefined): object {
  const { series, scores, heard, alerts, expected, low, high } = scored
  const { length } = scores
  const probation = series.windows === undefined ? scored.warmup : probationOf(length)
  const flagged = Array.from(heard.keys()).filter(
    (row) =>
      row >= probation &&
      (threshold === undefined ? alerts[row] === 1 : (heard[row] as number) >= threshold),
  )
  const step = (series.times[1] ?? 1) - (series.times[0] ?? 0)
  const start = series.times[0] ?? 0
  const isRegular = series.times.every((time, row) => time === start + row * step)
  return {
    fields: series.fields,
    values: series.fields.map((_, field) =>
      base64(
        Float32Array.from(
          { length },
          (__, row) => series.values[row * series.fields.length + field] as number,
        ),
      ),
    ),
    expected: base64(expected),
    low: base64(low),
    high: base64(high),
    surprise: base64(Float32Array.from(scores, surpriseOf)),
    threshold: threshold === undefined || threshold === Infinity ? null : surpriseOf(threshold),
    isLabelled: series.windows !== undefined,
    probation,
    start,
    step,
    times: isRegular ? '' : base64(series.times),
    flagged: base64(Uint32Array.from(flagged)),
    windows: (series.windows ?? []).map(([first, last]) => [
      first,
      last,
      flagged.some((row) => row >= first && row <= last),
    ]),
  }
}

/** How many digits of nines a score has. */
const surpriseOf = (score: number): number => Math.min(16, -Math.log10(Math.max(1e-16, 1 - score)))

function base64(numbers: Float32Array | Float64Array | Uint32Array): string {
  if (numbers.length > 0 && numbers.every(Number.isNaN)) return ''
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64')
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
