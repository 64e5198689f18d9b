import { nearestName } from '@millrace/base'
import {
  type DetectorChoice,
  type DetectorDefinition,
  isDetectorChoice,
  parseDetector,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { memberDetectors } from '../member-detectors.ts'
import type { MemberChoice } from './member.ts'

/** Long stretches and short ones against the past, each at two paces, what was never reached, single points far out, and what stands still. */
const defaults: readonly unknown[] = [
  { discord: {} },
  { recall: { span: [0.05, 0.1] } },
  { range: { from: 'seen' } },
  { spike: {} },
  { still: {} },
]

/** The members of an ensemble: names of detectors, or maps of one name to its parameters. */
export const membersSchema = z
  .array(
    z.unknown().superRefine((given, context) => {
      const choice = choiceOf(given)
      if ('problem' in choice) context.addIssue({ code: 'custom', message: choice.problem })
    }),
  )
  .min(1, 'must name at least one detector, such as [ewma, knn]; got an empty list.')
  .max(20, 'must name at most 20 detectors.')
  .default(() => [...defaults])
  .meta({
    description:
      'The detectors, each a name such as `ewma` or a map of a name to its parameters. Default: `discord`, `recall` of two short spans, `range`, `spike` and `still`.',
  })

const read = new WeakMap<readonly unknown[], readonly MemberChoice[]>()

/** The members that checked parameters name, each with its own parameters. */
export function membersOf(given: readonly unknown[]): readonly MemberChoice[] {
  let members = read.get(given)
  if (members === undefined) {
    members = given.map(choiceOf).filter((choice) => 'definition' in choice)
    read.set(given, members)
  }
  return members
}

/** A member as a job file or code names it. */
function choiceOf(given: unknown): MemberChoice | { readonly problem: string } {
  if (isDetectorChoice(given)) return parsed(given)
  if (typeof given === 'string') return named(given, {})
  const entries = Object.entries(Object(given))
  const [entry] = entries
  if (typeof given === 'object' && entries.length === 1 && entry !== undefined) {
    return named(...entry)
  }
  return { problem: 'must be the name of a detector, or a map of one name to its parameters.' }
}

function named(name: string, given: unknown): ReturnType<typeof choiceOf> {
  const module = memberDetectors.find((detector) => detector.name === name)
  if (module === undefined) {
    const known = memberDetectors.map((detector) => detector.name)
    const near = nearestName(name, known)
    const hint = near === undefined ? `There are ${known.join(', ')}` : `Did you mean ${near}`
    return { problem: `There is no detector "${name}". ${hint}${near === undefined ? '.' : '?'}` }
  }
  return parsed({ module, parameters: parametersOf(module, given) })
}

function parametersOf({ main }: DetectorDefinition, given: unknown): unknown {
  const isMap = typeof given === 'object' && given !== null && !Array.isArray(given)
  return isMap || main === undefined ? given : { [main]: given }
}

function parsed(choice: DetectorChoice): ReturnType<typeof choiceOf> {
  const result = parseDetector(choice)
  if (!('problem' in result)) return { definition: result.module, parameters: result.parameters }
  const { path, message } = result.problem
  return { problem: path === '' ? message : `${path}: ${message}` }
}
