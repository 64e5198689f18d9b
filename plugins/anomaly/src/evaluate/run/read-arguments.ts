import { messageOf, nearestName } from '@millrace/base'
import { isAbsolute, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { CorpusOptions } from '../data/corpus.ts'
import { ANOMALY_USAGE } from '../errors.ts'
import { judgeSetting } from './judge-setting.ts'
import type { Setting } from './score-series.ts'

const shared = {
  data: { type: 'string' },
  labels: { type: 'string' },
  label: { type: 'string' },
  time: { type: 'string' },
  fields: { type: 'string' },
  by: { type: 'string' },
  only: { type: 'string', multiple: true },
  causal: { type: 'boolean' },
  informed: { type: 'boolean' },
  warmup: { type: 'string' },
  seed: { type: 'string' },
  judge: { type: 'string' },
  score: { type: 'string' },
  refractory: { type: 'string' },
  'mask-at': { type: 'string' },
  json: { type: 'boolean' },
} as const

const own = {
  evaluate: {
    detector: { type: 'string' },
    parameters: { type: 'string' },
    out: { type: 'string' },
    holdout: { type: 'boolean' },
    threshold: { type: 'string' },
    plot: { type: 'boolean' },
  },
  sweep: {
    detector: { type: 'string' },
    grid: { type: 'string' },
    thresholds: { type: 'boolean' },
  },
  compare: {
    detectors: { type: 'string', multiple: true },
    parameters: { type: 'string' },
    out: { type: 'string' },
  },
} as const

/** What `millrace anomaly` can do. */
export type Verb = keyof typeof own

/** The values of all options, as they were typed. */
export type Values = Readonly<Record<string, string | boolean | string[] | undefined>>

/** Reads the options of a command. Throws ANOMALY_USAGE. */
export function readArguments(verb: Verb, args: readonly string[]): Values {
  const options = { ...shared, ...own[verb] }
  try {
    return parseArgs({ args: [...args], options }).values as Values
  } catch (error) {
    const message = messageOf(error)
    const unknown = /'--([\w-]+)/.exec(message)?.[1] ?? ''
    const near = nearestName(unknown, Object.keys(options))
    const known = near === undefined || near === unknown
    const problem = message.replace(/\. To specify.*|\.$/s, '')
    throw ANOMALY_USAGE({ problem, near: known ? undefined : `--${near}` }, undefined, error)
  }
}

/** A text, or undefined; `values` come from `readArguments`. */
export const textOf = (values: Values, name: string): string | undefined => {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** What an option must be given. Throws ANOMALY_USAGE. */
export function requiredText(values: Values, name: string, example: string): string {
  const text = textOf(values, name)
  if (text !== undefined && text !== '') return text
  throw ANOMALY_USAGE({ problem: `--${name} is missing, such as --${name} ${example}` })
}

/** A number within bounds. Throws ANOMALY_USAGE. */
export function numberOf(
  values: Values,
  name: string,
  { least, whole }: { readonly least: number; readonly whole: boolean },
): number | undefined {
  const text = textOf(values, name)
  if (text === undefined) return undefined
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= least && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value
  const kind = whole ? 'a whole number' : 'a number'
  throw ANOMALY_USAGE({ problem: `--${name} must be ${kind} of at least ${least}; got "${text}"` })
}

/** A JSON value, `{}` without the option. Throws ANOMALY_USAGE. */
export function jsonOf(values: Values, name: string): unknown {
  const text = textOf(values, name) ?? '{}'
  try {
    return JSON.parse(text)
  } catch (error) {
    const problem = `--${name} must be JSON, such as '{"k": 5}'; got ${text}`
    throw ANOMALY_USAGE({ problem }, undefined, error)
  }
}

/** Names that are split at commas and may be given several times. */
export function listOf(values: Values, name: string): readonly string[] | undefined {
  const value = values[name]
  if (value === undefined || typeof value === 'boolean') return undefined
  const names = [value].flat().flatMap((text) => text.split(','))
  return names.map((text) => text.trim()).filter((text) => text !== '')
}

/** The path below the shell's folder that an option names. */
export const pathOf = (cwd: string, path: string): string =>
  isAbsolute(path) ? path : resolve(cwd, path)

/** Which data is asked for. Throws ANOMALY_USAGE. */
export function corpusOf(values: Values, cwd: string): CorpusOptions {
  const labels = textOf(values, 'labels')
  const label = textOf(values, 'label')
  if (labels !== undefined && label !== undefined) {
    throw ANOMALY_USAGE({
      problem: '--labels names a file of windows, --label a column; both are given',
    })
  }
  return {
    data: pathOf(cwd, requiredText(values, 'data', 'nab/data')),
    labels: labels === undefined ? undefined : pathOf(cwd, labels),
    columns: {
      fields: listOf(values, 'fields'),
      time: textOf(values, 'time'),
      by: textOf(values, 'by'),
      label,
    },
    only: listOf(values, 'only'),
  }
}

function scoreKind(text: string): Setting['score'] {
  if (text === 'rank' || text === 'likelihood' || text === 'raw') return text
  throw ANOMALY_USAGE({ problem: `--score must be rank, likelihood or raw; got "${text}"` })
}

/** How the detectors are to be run. Throws ANOMALY_USAGE. */
export function settingOf(values: Values): Setting {
  const isInformed = values['informed'] === true
  if (isInformed && values['causal'] === true) {
    throw ANOMALY_USAGE({ problem: 'Both --causal and --informed are given' })
  }
  if (isInformed && values['warmup'] !== undefined) {
    throw ANOMALY_USAGE({
      problem: '--informed takes the warm-up of NAB; --warmup is for --causal',
    })
  }
  return {
    mode: isInformed ? 'informed' : 'causal',
    warmup: numberOf(values, 'warmup', { least: 1, whole: true }) ?? 300,
    seed: numberOf(values, 'seed', { least: 0, whole: true }) ?? 1,
    judge: judgeSetting(jsonOf(values, 'judge')),
    score: scoreKind(textOf(values, 'score') ?? 'rank'),
    refractory: numberOf(values, 'refractory', { least: 0, whole: false }) ?? 0,
    maskAt:
      textOf(values, 'mask-at') === 'tuned'
        ? 'tuned'
        : numberOf(values, 'mask-at', { least: 0, whole: false }),
  }
}
