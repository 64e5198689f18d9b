import { isMillraceError } from '@millrace/base'
import { compileExpression, reservedNames } from '@millrace/expression'
import {
  durationFaults,
  noExpressions,
  type ParameterFault,
  type StageSurroundings,
} from '@millrace/sdk'
import { type PatternParameters, type StepParameters, timesOf } from './pattern-parameters.ts'
import { stepNames } from './plan.ts'

/** One bit for each. */
const stepsMax = 30

/** Faults that the schema cannot say. */
export function checkPattern(
  parameters: PatternParameters,
  surroundings: StageSurroundings,
): readonly ParameterFault[] {
  const { steps, within } = parameters
  const faults = [...durationFaults(['within'], within)]
  if (steps.length > stepsMax) {
    const hint = 'Find parts of it in a pattern stage of their own, and go on with its results.'
    faults.push({ path: ['steps'], message: `a pattern has at most ${stepsMax} steps.`, hint })
  }
  if (steps.length === 0) {
    const hint = 'Name one: steps: [{ name: small, where: amount < 5 }].'
    faults.push({ path: ['steps'], message: 'there are no steps.', hint })
  }
  faults.push(
    ...steps.flatMap((step, index) => stepFaults(step, index, steps)),
    ...nameFaults(parameters),
    ...resultFaults(parameters, surroundings),
    ...readFaults(parameters, surroundings),
  )
  return faults
}

function stepFaults(
  step: StepParameters,
  index: number,
  steps: readonly StepParameters[],
): readonly ParameterFault[] {
  const path = ['steps', index]
  const { follows, name, not, times, where } = step
  if (name === undefined && not === undefined) {
    const hint = 'Write name: for a record of the match, or not: for one that must not come.'
    return [{ path, message: 'a step has a name, or is a not.', hint }]
  }
  if (not !== undefined) {
    const faults: ParameterFault[] = []
    const isMore = name !== undefined || where !== undefined || times !== undefined
    if (isMore || follows === 'directly') {
      const hint = 'Put what else it says into a step of its own.'
      faults.push({ path, message: 'an absence has nothing but its not.', hint })
    }
    if (index === 0) {
      const hint = 'Begin with the record that the absence is to be behind.'
      faults.push({ path, message: 'a pattern cannot begin with an absence.', hint })
    }
    return faults
  }
  const range = timesOf(step)
  if (range === undefined) {
    const hint = 'Write 3, 2..5 or 2.. (two or more).'
    return [{ path: [...path, 'times'], message: `"${times}" is no number of times.`, hint }]
  }
  if (index === steps.length - 1 && range[1] > range[0]) {
    const message = `a match is complete with its last record, so the last step never takes more than ${range[0]}.`
    const hint = `Write times: ${range[0]}, or let an absence or another step follow.`
    return [{ path: [...path, 'times'], message, hint }]
  }
  if (index === 0 && follows === 'directly' && range[1] === 1) {
    const hint = 'Leave follows out, or say it of the second step.'
    const message = 'there is nothing that the first record could follow.'
    return [{ path: [...path, 'follows'], message, hint }]
  }
  return []
}

function nameFaults({ steps }: PatternParameters): readonly ParameterFault[] {
  const seen = new Set<string>()
  return steps.flatMap(({ name }, index) => {
    if (name === undefined) return []
    const path = ['steps', index, 'name']
    const isTwice = seen.has(name)
    seen.add(name)
    if (isTwice) {
      const hint = 'Give each step its own name.'
      return [{ path, message: `two steps are called "${name}".`, hint }]
    }
    const isReserved = name === 'record' || reservedNames.includes(name)
    if (!isReserved && /^[A-Za-z_]\w*$/u.test(name)) return []
    const hint = 'Use letters, digits and _, and no word of the expression language.'
    return [{ path, message: `"${name}" cannot be used in expressions.`, hint }]
  })
}

/** Names of a result that would stand for two things. */
function resultFaults(
  parameters: PatternParameters,
  { keys }: StageSurroundings,
): readonly ParameterFault[] {
  const { select, steps, timeouts = {} } = parameters
  const own = ['matchStart', 'matchEnd']
  const named: (readonly [readonly (string | number)[], string, readonly string[]])[] = []
  if (select === undefined) {
    for (const [index, { name }] of steps.entries()) {
      if (name !== undefined) named.push([['steps', index, 'name'], name, own])
    }
  }
  for (const name of Object.keys(select ?? {})) named.push([['select', name], name, own])
  for (const name of Object.keys(timeouts)) {
    named.push([['timeouts', name], name, [...own, 'waitedFor']])
  }
  return named.flatMap(([path, name, others]) => {
    const isKey = keys.includes(name)
    if (!isKey && !others.includes(name)) return []
    const what = isKey ? 'the name of a key' : 'a field of every result'
    const hint = 'Use another name.'
    return [{ path, message: `"${name}" is also ${what}; the result has both.`, hint }]
  })
}

/** Expressions that read what is not there. */
function readFaults(
  parameters: PatternParameters,
  { expressions = noExpressions }: StageSurroundings,
): readonly ParameterFault[] {
  const names = stepNames(parameters)
  const faults: ParameterFault[] = []
  const compiled = (text: string | undefined) => {
    try {
      return text === undefined ? undefined : compileExpression(text, { ...expressions, names })
    } catch (error) {
      // Faults of the expressions themselves are the loader's to report: it knows the column.
      if (isMillraceError(error)) return undefined
      throw error
    }
  }
  let place = -1
  for (const [index, { name, not, times, where }] of parameters.steps.entries()) {
    if (name !== undefined) place++
    const last = name === undefined || times !== undefined ? place : place - 1
    const ahead = compiled(where ?? not)?.names.find((read) => read > last)
    if (ahead === undefined) continue
    const what =
      ahead === place
        ? `reads the record of its own step, which is the one in hand: leave "${names[ahead]}." out.`
        : `reads "${names[ahead]}", which comes later.`
    const path = ['steps', index, name === undefined ? 'not' : 'where']
    const hint = 'A condition can read the records of the steps before it.'
    faults.push({ path, message: `the condition ${what}`, hint })
  }
  for (const parameter of ['select', 'timeouts'] as const) {
    for (const [name, text] of Object.entries(parameters[parameter] ?? {})) {
      const [field] = compiled(text)?.fields ?? []
      if (field === undefined) continue
      const message = `"${field}" is a field of no step.`
      const hint = `Say of which record, such as ${names[0] ?? 'small'}.${field}.`
      faults.push({ path: [parameter, name], message, hint })
    }
  }
  return faults
}
