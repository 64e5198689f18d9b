import { messageOf, nearestName } from '@millrace/base'
import { type DetectorDefinition, tryParseParameters } from '@millrace/sdk'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defaultDetector } from '../../default-detector.ts'
import { detectors } from '../../detectors.ts'
import type { Series } from '../data/series.ts'
import { ANOMALY_NO_DETECTOR, ANOMALY_PARAMETERS } from '../errors.ts'

/** A detector with parameters it has taken. */
export interface ChosenDetector {
  readonly definition: DetectorDefinition
  /** Defaults filled in. */
  readonly parameters: unknown
}

/** The name of the detector that judges these where none is named. */
export const defaultName = (corpus: readonly Series[]): string =>
  defaultDetector(Math.max(...corpus.map((series) => series.fields.length))).name

/** The detector of a name, or the one that a file exports. Throws ANOMALY_NO_DETECTOR. */
export async function findDetector(name: string, cwd: string): Promise<DetectorDefinition> {
  const known = detectors.map((detector) => detector.name)
  const builtIn = detectors.find((detector) => detector.name === name)
  if (builtIn !== undefined) return builtIn
  const near = nearestName(name, known)
  if (!/^\.{0,2}[/\\]|^[A-Za-z]:/.test(name)) throw ANOMALY_NO_DETECTOR({ name, near, known })
  let exports: Readonly<Record<string, unknown>>
  try {
    exports = (await import(pathToFileURL(resolve(cwd, name)).href)) as Record<string, unknown>
  } catch (error) {
    throw ANOMALY_NO_DETECTOR({ name, near, known, reason: messageOf(error) }, undefined, error)
  }
  const found = [exports['default'], ...Object.values(exports)].find(isDetector)
  if (found !== undefined) return found
  const reason = 'the file exports none, which is what defineDetector returns'
  throw ANOMALY_NO_DETECTOR({ name, near, known, reason })
}

const isDetector = (value: unknown): value is DetectorDefinition =>
  typeof value === 'object' && value !== null && Object(value).kind === 'detector'

/** Has a detector take parameters. Throws ANOMALY_PARAMETERS. */
export function withParameters(definition: DetectorDefinition, given: unknown): ChosenDetector {
  const parsed = tryParseParameters(definition, given)
  if ('value' in parsed) return { definition, parameters: parsed.value }
  const { problem } = parsed
  const where = problem.path === '' ? '' : `${problem.path}: `
  const text = where + problem.message.replace(/\.$/, '')
  throw ANOMALY_PARAMETERS({ detector: definition.name, problem: text, hint: problem.hint })
}
