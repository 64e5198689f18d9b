import { profileNames } from '../nab/nab-score.ts'
import type { AtThreshold } from '../nab/threshold-curve.ts'
import { thresholdText } from './columns.ts'
import { hues } from './plot-style.ts'
import { profileTitles } from './summary-text.ts'

const [WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM] = [540, 180, 34, 34, 22]

/** The three profiles over the threshold, as how many nines it has; below 0 is not shown. Empty without a curve. */
export function curveSvg(curve: readonly AtThreshold[]): string {
  const [first, last] = [curve[0], curve.at(-1)]
  if (first === undefined || last === undefined) return ''
  const nines = (threshold: number): number => -Math.log10(1 - threshold)
  const [from, to] = [nines(first.threshold), nines(last.threshold)]
  const x = (threshold: number): number =>
    LEFT + ((nines(threshold) - from) / (to - from)) * (WIDTH - LEFT - RIGHT)
  const y = (score: number): number =>
    HEIGHT - BOTTOM - (Math.max(0, score) / 100) * (HEIGHT - BOTTOM - 8)
  const lines = profileNames.map((name, index) => {
    const points = curve.map(({ threshold, outcomes }) =>
      [x(threshold), y(outcomes[name].score)].map((value) => value.toFixed(1)).join(','),
    )
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${hues[index]}" stroke-width="1.6"><title>${profileTitles[name]}</title></polyline>`
  })
  const rows = [0, 25, 50, 75, 100].map(
    (score) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(score)}" y2="${y(score)}" stroke="var(--line)"/><text x="${LEFT - 6}" y="${y(score) + 4}" text-anchor="end">${score}</text>`,
  )
  const ticks = curve
    .filter((_, index) => index % 4 === 0)
    .map(
      ({ threshold }) =>
        `<text x="${x(threshold).toFixed(1)}" y="${HEIGHT - 5}" text-anchor="middle">${thresholdText(threshold)}</text>`,
    )
  const key = profileNames.map(
    (name, index) => `<i style="background:${hues[index]}"></i>${profileTitles[name]}`,
  )
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img" aria-label="score over threshold">${[...rows, ...ticks, ...lines].join('')}</svg>
<p class="key soft">Score over the threshold:${key.join(' ')}</p>`
}
