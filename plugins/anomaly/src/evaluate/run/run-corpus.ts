import type { CommandTerminal } from '@millrace/sdk'
import { ofOneNumber } from '../../of-one-number.ts'
import type { Series } from '../data/series.ts'
import { ANOMALY_PARAMETERS } from '../errors.ts'
import { applyRefractory, type CorpusRun } from './apply-refractory.ts'
import type { ChosenDetector } from './find-detector.ts'
import { type Scored, scoreSeries, type Setting } from './score-series.ts'

/** Has a detector score all series, one after the other. Undefined when it is interrupted, which is said. */
export async function runCorpus(
  corpus: readonly Series[],
  chosen: ChosenDetector,
  setting: Setting,
  terminal: CommandTerminal,
): Promise<CorpusRun | undefined> {
  const { definition } = chosen
  const wide = corpus.find((series) => series.fields.length > 1)
  const narrow = ofOneNumber(definition, chosen.parameters)
  if (narrow !== undefined && wide !== undefined) {
    const problem = `${narrow} takes one field, and "${wide.name}" has ${wide.fields.join(', ')}`
    const hint = 'Name one column with --fields, or take a detector of several, such as rrcf.'
    throw ANOMALY_PARAMETERS({ detector: definition.name, problem, hint })
  }
  const done: Scored[] = []
  const clear = terminal.isTTY ? '\r\u001B[K' : ''
  for (const series of corpus) {
    if (terminal.isTTY) {
      terminal.error(
        `${clear}${definition.name} ${done.length + 1}/${corpus.length} ${series.name}`,
      )
    }
    const scored = await scoreSeries(series, chosen, setting, terminal.signal)
    if (scored === undefined) {
      terminal.error(`${clear}Stopped after ${done.length} of ${corpus.length} series.\n`)
      return undefined
    }
    done.push(scored)
  }
  terminal.error(clear)
  return applyRefractory(done, setting)
}
