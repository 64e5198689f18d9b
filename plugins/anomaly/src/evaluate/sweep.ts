import type { CommandTerminal } from '@millrace/sdk'
import { readCorpus } from './data/corpus.ts'
import { ANOMALY_LABELS, ANOMALY_USAGE } from './errors.ts'
import { type AtThreshold, curveOf } from './nab/threshold-curve.ts'
import { alignColumns, grouped, thresholdText } from './report/columns.ts'
import { type Run, runsTable } from './report/side-by-side.ts'
import { modeText } from './report/summary-text.ts'
import { defaultName, findDetector, withParameters } from './run/find-detector.ts'
import { combinations } from './run/grid.ts'
import { corpusOf, jsonOf, readArguments, settingOf, textOf } from './run/read-arguments.ts'
import { runCorpus } from './run/run-corpus.ts'
import { filesOf, summarize } from './run/summarize.ts'

/** `millrace anomaly sweep`: one detector with many parameters, or at many thresholds. Resolves to the exit code. */
export async function sweep(args: readonly string[], terminal: CommandTerminal): Promise<number> {
  const values = readArguments('sweep', args)
  const setting = settingOf(values)
  const isThresholds = values['thresholds'] === true
  const settings = combinations(jsonOf(values, 'grid'))
  if (isThresholds && settings.length > 1) {
    throw ANOMALY_USAGE({ problem: '--thresholds is for one set of parameters; --grid has more' })
  }
  const options = corpusOf(values, terminal.cwd)
  const corpus = readCorpus(options)
  const name = textOf(values, 'detector') ?? defaultName(corpus)
  const definition = await findDetector(name, terminal.cwd)
  const chosen = settings.map((parameters) => withParameters(definition, parameters))
  const runs: Run[] = []
  for (const [index, one] of chosen.entries()) {
    const run = await runCorpus(corpus, one, setting, terminal)
    if (run === undefined) return 130
    if (isThresholds) {
      const curve = curveOf(filesOf(run.all))
      if (curve.length === 0) {
        throw ANOMALY_LABELS({ path: options.labels ?? options.data, problem: 'there are none' })
      }
      terminal.out(
        values['json'] === true ? `${JSON.stringify(curve, undefined, 2)}\n` : curveText(curve),
      )
      return 0
    }
    const title = JSON.stringify(settings[index])
    runs.push({ title, summary: summarize(run, { holdout: false }) })
  }
  const best = runs.toSorted((a, b) => standardOf(b) - standardOf(a))
  terminal.out(
    values['json'] === true
      ? `${JSON.stringify({ detector: definition.name, setting, runs: best }, undefined, 2)}\n`
      : `${definition.name}, ${modeText(setting)}\n\n${runsTable(best, 'parameters, best first')}`,
  )
  return 0
}

const standardOf = ({ summary }: Run): number => summary.nab?.tuned.standard.score ?? 0

function curveText(curve: readonly AtThreshold[]): string {
  const rows = curve.map(({ threshold, outcomes }) => {
    const { standard, rewardLowFpRate, rewardLowFnRate } = outcomes
    return [
      thresholdText(threshold),
      standard.score.toFixed(2),
      rewardLowFpRate.score.toFixed(2),
      rewardLowFnRate.score.toFixed(2),
      `${standard.found}/${standard.found + standard.missed}`,
      grouped(standard.falseRows),
    ]
  })
  const titles = ['threshold', 'standard', 'low FP', 'low FN', 'windows', 'false rows']
  return `${alignColumns([titles, ...rows]).join('\n')}\n`
}
