import * as exported from '@millrace/anomaly'
import { type DetectorDefinition, isDetectorChoice, parseDetector } from '@millrace/sdk'
import { strangeSeries, type StrangeSeries } from './strange-series.ts'

const FROM = 2100
const [LEFT, STEP, CHART, ROW, GAP] = [104, 2, 104, 34, 8]

const style = `text{font:12px system-ui,sans-serif;fill:#64707f}path{fill:none;stroke-width:1.2}
.value{stroke:#2762c9}.also{stroke:#2762c9;opacity:.45}.strange{fill:#cf3a2c26}
.found{stroke:#18864b}.missed{stroke:#98a4b3}text.found{stroke:none;fill:#18864b}text.missed{stroke:none}
@media(prefers-color-scheme:dark){text{fill:#98a4b3}.value,.also{stroke:#74a5ff}.found{stroke:#46c07e}text.found{fill:#46c07e}}`

/** What a detector makes of the points that are shown. */
interface Shown {
  readonly name: string
  readonly scores: readonly number[]
  /** Whether its highest score is about the strange stretch. */
  readonly isFound: boolean
}

const definitions = new Map(
  Object.values<unknown>(exported)
    .filter(isDetectorChoice)
    .filter((choice): choice is DetectorDefinition => 'name' in choice)
    .map((definition) => [definition.name, definition]),
)

function shownBy(name: string, { fields, stretch }: StrangeSeries): Shown {
  const definition = definitions.get(name)
  if (definition === undefined) throw new Error(`There is no detector ${name}.`)
  const parsed = parseDetector(definition)
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  const scope = { dimensions: fields.length, warmup: 300, seed: 1 }
  const detector = definition.create(parsed.parameters, scope)
  const all = (fields[0] ?? []).map((_, index) => {
    const point = Float64Array.from(fields, (values) => values[index] ?? 0)
    const score = detector.update(point, index * 1_800_000)
    return { score, from: index + 1 - (detector.evidence.span ?? 1), to: index }
  })
  const points = all.slice(FROM)
  const best = points.reduce((most, point) => (point.score > most.score ? point : most))
  const isFound = best.to >= stretch[0] && best.from <= stretch[1]
  return { name, scores: points.map(({ score }) => score), isFound }
}

/** A line over values of which the least is drawn at the bottom and the largest at the top, in whole pixels. */
function line(
  values: readonly number[],
  about: readonly [number, number],
  top: number,
  height: number,
) {
  const [low, high] = about
  const at = (value: number): number =>
    Math.round(top + height - ((value - low) / (high - low || 1)) * height)
  const steps = values
    .slice(1)
    .map((value, index) => `${STEP} ${at(value) - at(values[index] ?? 0)}`)
  return `M${LEFT} ${at(values[0] ?? 0)}l${steps.join(' ').replaceAll(' -', '-')}`
}

function picture(series: StrangeSeries): string {
  const { fields, found, missed, stretch, title } = series
  const rows = [...found, ...missed].map((name) => shownBy(name, series))
  for (const { name, isFound } of rows) {
    if (isFound !== found.includes(name)) {
      throw new Error(`${series.name}: ${name} ${isFound ? 'finds it' : 'does not find it'}.`)
    }
  }
  const values = fields.map((list) => list.slice(FROM))
  const about = [Math.min(...values.flat()), Math.max(...values.flat())] as const
  const lines = values.map((list, index) => {
    // Of several fields the second is the one that is off.
    const kind = values.length === 1 || index === 1 ? 'value' : 'also'
    return `<path class="${kind}" d="${line(list, about, GAP, CHART)}"/>`
  })
  const scores = rows.map(({ name, scores: list, isFound }, index) => {
    const top = CHART + 2 * GAP + index * (ROW + GAP)
    const kind = isFound ? 'found' : 'missed'
    const drawn = line(list, [0, Math.max(...list)], top, ROW)
    return `<text class="${kind}" x="0" y="${top + ROW - 4}">${name}</text><path class="${kind}" d="${drawn}"/>`
  })
  const width = LEFT + STEP * (values[0]?.length ?? 0)
  const height = CHART + 2 * GAP + rows.length * (ROW + GAP)
  const from = LEFT + STEP * (stretch[0] - FROM) - 2
  const strange = `<rect class="strange" x="${from}" y="0" width="${STEP * (stretch[1] - stretch[0]) + 4}" height="${height}"/>`
  const text = `<text x="0" y="${GAP + 12}">${fields.length === 1 ? 'value' : 'values'}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${title}</title>
<style>${style}</style>
${[strange, text, ...lines, ...scores].join('\n')}
</svg>
`
}

/** A picture for each kind of anomaly, by path; throws where a detector does not find what it is shown for. */
export const detectorPictures = (): readonly (readonly [string, string])[] =>
  strangeSeries.map((series) => [`docs/guide/pictures/${series.name}.svg`, picture(series)])
