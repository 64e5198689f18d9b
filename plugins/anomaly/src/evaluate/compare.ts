import type { CommandTerminal } from '@millrace/sdk'
import { readCorpus } from './data/corpus.ts'
import { ANOMALY_USAGE } from './errors.ts'
import { lossTable, type Run, runsTable } from './report/side-by-side.ts'
import { modeText } from './report/summary-text.ts'
import { findDetector, withParameters } from './run/find-detector.ts'
import {
  corpusOf,
  jsonOf,
  listOf,
  pathOf,
  readArguments,
  settingOf,
  textOf,
} from './run/read-arguments.ts'
import { runCorpus } from './run/run-corpus.ts'
import { summarize } from './run/summarize.ts'
import { writeResults } from './run/write-results.ts'

/** `millrace anomaly compare`: several detectors over one corpus, side by side. Resolves to the exit code. */
export async function compare(args: readonly string[], terminal: CommandTerminal): Promise<number> {
  const values = readArguments('compare', args)
  const { cwd } = terminal
  const setting = settingOf(values)
  const names = listOf(values, 'detectors') ?? []
  if (names.length === 0) {
    throw ANOMALY_USAGE({ problem: '--detectors is missing, such as --detectors ewma,knn' })
  }
  const parameters = Object(jsonOf(values, 'parameters')) as Readonly<Record<string, unknown>>
  const stray = Object.keys(parameters).find((name) => !names.includes(name))
  if (stray !== undefined) {
    const problem = `--parameters must have the detectors as names; got "${stray}", which is none of them`
    throw ANOMALY_USAGE({ problem })
  }
  const chosen = await Promise.all(
    names.map(async (name) =>
      withParameters(await findDetector(name, cwd), parameters[name] ?? {}),
    ),
  )
  const corpus = readCorpus(corpusOf(values, cwd))
  const out = textOf(values, 'out')
  const runs: Run[] = []
  for (const [index, one] of chosen.entries()) {
    const run = await runCorpus(corpus, one, setting, terminal)
    if (run === undefined) return 130
    if (out !== undefined) {
      for (const scored of run.all) writeResults(pathOf(cwd, out), one.definition.name, scored)
    }
    runs.push({ title: names[index] as string, summary: summarize(run, { holdout: false }) })
  }
  terminal.out(
    values['json'] === true
      ? `${JSON.stringify({ setting, runs }, undefined, 2)}\n`
      : `${modeText(setting)}\n\n${runsTable(runs, 'detector')}\n${lossTable(runs)}`,
  )
  return 0
}
