import { tryParseParameters } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { adwin } from './drift/adwin.ts'
import type { DriftDefinition } from './drift/define-drift.ts'
import type { DriftDetector } from './drift/drift-detector.ts'
import { kindFault } from './kind-fault.ts'
import { kswin } from './drift/kswin.ts'
import { pageHinkley } from './drift/page-hinkley.ts'
import { rankChangepoint } from './drift/rank-changepoint.ts'

/** What finds drift, by name. */
const drifts: readonly DriftDefinition[] = [adwin, pageHinkley, kswin, rankChangepoint]

const known = drifts.map(({ name }) => name)
const listed = `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`

/** A drift detector by its name, or a map of that to its parameters. */
export const driftSchema = z.union(
  [
    z.enum(known as [string, ...string[]]),
    ...drifts.map(({ name, parameters }) => z.strictObject({ [name]: parameters as z.ZodType })),
  ],
  { error: kindFault(`${listed}, or a map of one to its parameters`, known) },
)

/** A drift detector as a job file names it. */
export type DriftParameters = z.output<typeof driftSchema>

/** What makes drift detectors, and how many bytes their snapshots have at most. */
export interface DriftPlan {
  readonly bytes: number
  readonly create: () => DriftDetector
}

/** The drift detector that checked parameters name. */
export function driftPlan(choice: DriftParameters, seed: number): DriftPlan {
  const [name, given] =
    typeof choice === 'string' ? [choice, {}] : (Object.entries(choice)[0] ?? [])
  const definition = drifts.find((one) => one.name === name) ?? adwin
  const parsed = tryParseParameters(definition, given)
  const parameters = 'value' in parsed ? parsed.value : {}
  return {
    bytes: definition.bytes(parameters),
    create: () => definition.create(parameters, seed),
  }
}
