import type { CommandTerminal } from '@millrace/sdk'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCorpus } from './data/corpus.ts'
import { ANOMALY_USAGE } from './errors.ts'
import { plotPage } from './report/plot-page.ts'
import { summaryText } from './report/summary-text.ts'
import { defaultName, findDetector, withParameters } from './run/find-detector.ts'
import {
  corpusOf,
  jsonOf,
  numberOf,
  pathOf,
  readArguments,
  settingOf,
  textOf,
} from './run/read-arguments.ts'
import { runCorpus } from './run/run-corpus.ts'
import { summarize } from './run/summarize.ts'
import { writeResults } from './run/write-results.ts'

/** `millrace anomaly evaluate`: one detector over a corpus. Resolves to the exit code. */
export async function evaluate(
  args: readonly string[],
  terminal: CommandTerminal,
): Promise<number> {
  const values = readArguments('evaluate', args)
  const { cwd } = terminal
  const setting = settingOf(values)
  const threshold = numberOf(values, 'threshold', { least: 0, whole: false })
  const holdout = values['holdout'] === true
  if (holdout && threshold !== undefined) {
    throw ANOMALY_USAGE({
      problem: '--holdout chooses thresholds, --threshold gives one; both are there',
    })
  }
  if (holdout && setting.maskAt === 'tuned') {
    throw ANOMALY_USAGE({
      problem: '--holdout chooses thresholds, --mask-at tuned one; both are there',
    })
  }
  const out = textOf(values, 'out')
  const isPlot = values['plot'] === true
  if (isPlot && out === undefined) {
    throw ANOMALY_USAGE({ problem: '--plot needs --out, the folder where the report goes' })
  }
  const folder = out === undefined ? undefined : pathOf(cwd, out)
  const parameters = jsonOf(values, 'parameters')
  const corpus = readCorpus(corpusOf(values, cwd))
  const name = textOf(values, 'detector') ?? defaultName(corpus)
  const chosen = withParameters(await findDetector(name, cwd), parameters)
  const { definition } = chosen
  const run = await runCorpus(corpus, chosen, setting, terminal)
  if (run === undefined) return 130
  const summary = summarize(run, { threshold, holdout })
  const head = { detector: definition.name, setting }
  const bold = (text: string): string => (terminal.color ? `\u001B[1m${text}\u001B[22m` : text)
  terminal.out(
    values['json'] === true
      ? `${JSON.stringify({ ...head, parameters: chosen.parameters, ...summary }, undefined, 2)}\n`
      : summaryText(head, summary, bold),
  )
  if (folder === undefined) return 0
  for (const scored of run.all) writeResults(folder, definition.name, scored)
  const place = join(folder, definition.name)
  if (isPlot) writeFileSync(join(place, 'report.html'), plotPage(head, summary, run.all))
  terminal.error(`Results are in ${place}${isPlot ? '; open report.html there' : ''}\n`)
  return 0
}
